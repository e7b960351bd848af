#ifndef RP_TARGET_H
#define RP_TARGET_H

#include <stdbool.h>
#include <stddef.h>

struct rp_state_file;

/* What is known of a file that is to be started. */
enum rp_presence {
    RP_ABSENT,   /* libc will fail on it by itself */
    RP_BARRED,   /* the same, and it looks no further in PATH */
    RP_RUNNABLE, /* a regular file that may be executed */
    RP_UNKNOWN,  /* the kernel would not say */
};

struct rp_target {
    enum rp_presence presence;
    bool guardable; /* the library can be loaded into it */
    bool sanitized; /* AddressSanitizer's runtime in it wants to be the first object */
    bool plain;     /* the state file knows it: under its name it is no agent's program */
};

/* Looks at a file as execveat would: directory and flags as there. Into one that the state file
   knows it does not look. */
void rp_target_inspect(int directory, const char *path, int flags, struct rp_state_file *file,
                       struct rp_target *target);

/* The interpreter that a script's first line names, within the first len bytes of it. Returns its
   length, 0 when there is none. */
size_t rp_target_interpreter(const char *bytes, size_t len, const char **interpreter);

#endif
