#include "snippet.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

int snippet_attempt(const struct snippet *snippet) {
    (void)syscall(SYS_execve, snippet->path, snippet->argv, snippet->envp);
    return errno;
}
