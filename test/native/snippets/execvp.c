#include "snippet.h"

#include <errno.h>
#include <unistd.h>

int snippet_attempt(const struct snippet *snippet) {
    (void)execvp(snippet->file, snippet->argv);
    return errno;
}
