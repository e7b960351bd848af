#include "snippet.h"

#include <errno.h>
#include <stdlib.h>

int snippet_attempt(const struct snippet *snippet) {
    int status = system(snippet->text);
    return status == -1 ? errno : snippet_status(status);
}
