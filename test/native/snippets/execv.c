#include "snippet.h"

#include <errno.h>
#include <unistd.h>

int snippet_attempt(const struct snippet *snippet) {
    (void)execv(snippet->path, snippet->argv);
    return errno;
}
