#ifndef RP_SNIPPET_H
#define RP_SNIPPET_H

/* A snippet is the smallest call of one libc name. driver.c makes it in many circumstances. */

#include <stddef.h>
#include <sys/types.h>

/* What the target exits with: its environment was armed, or not. */
enum { TARGET_ARMED = 42, TARGET_BARE = 43 };

/* What a snippet returns beside an errno or the target's status. */
enum {
    SNIPPET_MISSING = 97,      /* the C library has no such name */
    SNIPPET_WRONG_RESULT = 98, /* the call failed in another way than documented */
};

struct snippet {
    const char *path; /* of the target */
    const char *file; /* its name, to be looked up in PATH */
    char *const *argv;
    char *const *envp;
    const char *text; /* a shell text that becomes the target */
};

/* Makes the call once. Returns errno when it failed, else the target's exit status (exec does not
   return then). */
int snippet_attempt(const struct snippet *snippet);

/* The result of a spawn: the error number it returned, which errno repeats when it is a refusal, or
   the status. */
int snippet_wait(int error, pid_t pid);

/* The exit status in a wait status. */
int snippet_status(int status);

#endif
