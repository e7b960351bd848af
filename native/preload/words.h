#ifndef RP_WORDS_H
#define RP_WORDS_H

#include <stdbool.h>

/* Whether wordexp would run a command for this text: an unquoted or double-quoted $( or backtick.
   In doubt, yes. */
bool rp_words_substitute(const char *text);

#endif
