#ifndef RP_TARGET_H
#define RP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

/* What is known of a file that is to be started. */
enum rp_presence {
    RP_RUNNABLE, /* a regular file that may be executed */
    RP_ABSENT,   /* libc will fail on it by itself */
    RP_UNKNOWN,  /* the kernel would not say */
};

struct rp_target {
    enum rp_presence presence;
    bool guardable; /* the library can be loaded into it */
};

/* Looks at a file as execveat would: directory and flags as there. */
void rp_target_inspect(int directory, const char *path, int flags, struct rp_target *target);

/* What the first bytes of a file say of the program it is. */
enum rp_format { RP_FORMAT_OTHER, RP_FORMAT_SCRIPT, RP_FORMAT_NATIVE, RP_FORMAT_FOREIGN };
enum rp_format rp_target_format(const unsigned char *bytes, size_t len);

/* The interpreter that a script's first line names, within the first len bytes of it. Returns its
   length, 0 when there is none. */
size_t rp_target_interpreter(const char *bytes, size_t len, const char **interpreter);

#endif
