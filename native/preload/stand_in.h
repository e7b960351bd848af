#ifndef RP_STAND_IN_H
#define RP_STAND_IN_H

#include "call.h"

/* What starts in the place of a shell that was refused, or of a script that is called like one.

   Whoever runs shell text shows what the shell says, and of a shell that did not start only an
   error number: the reason would be read by nobody. So a shell that says `line` and ends with 126
   starts in its place, with the caller's descriptors and file actions. */

/* Whether that is what a call starts: a program whose name ends with `sh`. */
bool rp_stand_in_fits(const struct rp_call *call);

/* Does not return when it becomes that shell; 0 when it has started it, else nothing was done. */
intptr_t rp_stand_in_run(const struct rp_call *call, const char *line);

#endif
