#include "snippet.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* glibc has it from 2.34 on; the library has it in any case. */
extern int execveat(int directory, const char *path, char *const argv[], char *const envp[],
                    int flags) __attribute__((weak));

int snippet_attempt(const struct snippet *snippet) {
    if (execveat == NULL)
        return SNIPPET_MISSING;
    (void)execveat(AT_FDCWD, snippet->path, snippet->argv, snippet->envp, 0);
    return errno;
}
