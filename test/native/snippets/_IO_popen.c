#include "snippet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

extern FILE *_IO_popen(const char *command, const char *type);

int snippet_attempt(const struct snippet *snippet) {
    char line[16] = "";
    FILE *stream = _IO_popen(snippet->text, "r");
    int status;
    if (stream == NULL)
        return errno;
    while (fgets(line, sizeof line, stream) == NULL && ferror(stream) != 0 && errno == EINTR)
        clearerr(stream);
    status = snippet_status(pclose(stream));
    if (status == TARGET_ARMED && strcmp(line, "ran\n") != 0)
        return SNIPPET_WRONG_RESULT;
    return status;
}
