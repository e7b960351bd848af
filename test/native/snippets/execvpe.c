#include "snippet.h"

#include <errno.h>
#include <unistd.h>

int snippet_attempt(const struct snippet *snippet) {
    (void)execvpe(snippet->file, snippet->argv, snippet->envp);
    return errno;
}
