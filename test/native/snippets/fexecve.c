#include "snippet.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int snippet_attempt(const struct snippet *snippet) {
    int fd = open(snippet->path, O_RDONLY | O_CLOEXEC);
    int error;
    if (fd < 0)
        return errno;
    (void)fexecve(fd, snippet->argv, snippet->envp);
    error = errno;
    (void)close(fd);
    return error;
}
