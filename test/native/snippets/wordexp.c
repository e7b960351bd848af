#include "snippet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <wordexp.h>

int snippet_attempt(const struct snippet *snippet) {
    char text[1200];
    wordexp_t words;
    int result;
    int status;
    (void)snprintf(text, sizeof text, "$(%s)", snippet->text);
    result = wordexp(text, &words, 0);
    if (result == WRDE_CMDSUB)
        return errno == EPERM ? EPERM : SNIPPET_WRONG_RESULT;
    if (result != 0)
        return SNIPPET_WRONG_RESULT;
    status =
        words.we_wordc == 1 && strcmp(words.we_wordv[0], "ran") == 0 ? TARGET_ARMED : TARGET_BARE;
    wordfree(&words);
    return status;
}
