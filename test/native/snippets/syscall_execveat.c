#include "snippet.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

int snippet_attempt(const struct snippet *snippet) {
    (void)syscall(SYS_execveat, AT_FDCWD, snippet->path, snippet->argv, snippet->envp, 0);
    return errno;
}
