#include "snippet.h"

#include <spawn.h>

int snippet_attempt(const struct snippet *snippet) {
    pid_t pid = 0;
    int error = posix_spawnp(&pid, snippet->file, NULL, NULL, snippet->argv, snippet->envp);
    return snippet_wait(error, pid);
}
