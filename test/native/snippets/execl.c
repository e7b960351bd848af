#include "snippet.h"

#include <errno.h>
#include <unistd.h>

int snippet_attempt(const struct snippet *snippet) {
    (void)execl(snippet->path, snippet->argv[0], snippet->argv[1], (char *)NULL);
    return errno;
}
