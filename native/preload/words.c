#include "words.h"

#include <stddef.h>

/* Whether $(( is arithmetic, as glibc tells: what closes the inner parenthesis is followed by
   another one. */
static bool is_arithmetic(const char *at) {
    int depth = 0;
    for (; *at != '\0' && (depth > 0 || *at != ')'); at++)
        depth += (*at == '(') - (*at == ')');
    return at[0] == ')' && at[1] == ')';
}

/* To glibc a single quote is none in arithmetic, and not always one in the value of a parameter or
   behind a wildcard: from the first of these on, here and there too much is seen, never too little.
 */
bool rp_words_substitute(const char *text) {
    bool single = false;
    bool twofold = false;
    bool loose = false;
    for (const char *at = text; *at != '\0'; at++) {
        if (single) {
            single = *at != '\'';
        } else if (*at == '\\') {
            if (*++at == '\0')
                return false;
        } else if (*at == '\'') {
            single = !twofold && !loose;
        } else if (*at == '"') {
            twofold = !twofold;
        } else if (*at == '`') {
            return true;
        } else if (at[0] == '$' && at[1] == '(') {
            if (at[2] != '(' || !is_arithmetic(at + 3))
                return true;
        } else if (*at == '(' || *at == '*' || *at == '?' || *at == '[' || *at == '{') {
            loose = true;
        }
    }
    return false;
}
