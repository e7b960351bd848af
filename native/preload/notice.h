#ifndef RP_NOTICE_H
#define RP_NOTICE_H

#include "request.h"
#include "settings.h"

/* The line that says why a command was refused: docs/protocol.md, section 4. */

/* The most bytes of the line, and of the command in it. */
#define RP_NOTICE_MAX_BYTES 512
#define RP_NOTICE_MAX_COMMAND 160
/* The most that can stand in front of the reason. */
#define RP_NOTICE_MAX_HEAD 184

/* Composes the line, with its line feed, and returns its length. `reason` is what stands behind the
   command: it is set apart by a blank, unless it begins with a colon. It may stand in the line's
   own buffer, from RP_NOTICE_MAX_HEAD on. */
size_t rp_notice_compose(char line[RP_NOTICE_MAX_BYTES], const struct rp_question *question,
                         const char *lead, const char *reason, size_t reason_len);

/* Writes a line to standard error if nobody is harmed by it: the descriptor is what it was at load,
   or what standard output is now, it would not block, and it is no terminal that a program has put
   into raw mode. */
void rp_notice_write(const struct rp_settings *settings, const char *line, size_t len);

#endif
