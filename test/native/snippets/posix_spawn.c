#include "snippet.h"

#include <errno.h>
#include <spawn.h>

int snippet_attempt(const struct snippet *snippet) {
    pid_t pid = 0;
    int error;
    errno = 0;
    error = posix_spawn(&pid, snippet->path, NULL, NULL, snippet->argv, snippet->envp);
    return snippet_wait(error, pid);
}
