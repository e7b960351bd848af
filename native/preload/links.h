#ifndef RP_LINKS_H
#define RP_LINKS_H

#include "request.h"

/* Whether no argument behind the first, read as a path, leads over a symbolic link: the condition
   of docs/protocol.md, section 2, under which a verdict is used. In doubt, no. */
bool rp_links_are_absent(const struct rp_question *question);

#endif
