#include "snippet.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

int snippet_attempt(const struct snippet *snippet) {
    (void)execveat(AT_FDCWD, snippet->path, snippet->argv, snippet->envp, 0);
    return errno;
}
