#include "words.h"

#include <stddef.h>

/* Whether $(( is arithmetic: it must end with )) somewhere. */
static bool is_arithmetic(const char *at) {
    for (; *at != '\0'; at++) {
        if (at[0] == ')' && at[1] == ')')
            return true;
    }
    return false;
}

bool rp_words_substitute(const char *text) {
    bool single = false;
    bool twofold = false;
    for (const char *at = text; *at != '\0'; at++) {
        if (single) {
            single = *at != '\'';
        } else if (*at == '\\') {
            if (*++at == '\0')
                return false;
        } else if (*at == '\'') {
            single = !twofold;
        } else if (*at == '"') {
            twofold = !twofold;
        } else if (*at == '`') {
            return true;
        } else if (at[0] == '$' && at[1] == '(') {
            if (at[2] != '(' || !is_arithmetic(at + 3))
                return true;
            at += 2;
        }
    }
    return false;
}
