#ifndef RP_STAND_IN_H
#define RP_STAND_IN_H

#include "call.h"

/* What starts in the place of a shell that was refused.

   Whoever runs shell text shows what the shell says, and of a shell that did not start only an
   error number: the reason would be read by nobody. So a shell that says `line` and ends with 126
   starts in its place, with the caller's descriptors and file actions.

   The spawn family is no exception, although its callers then get 0 and a child instead of EPERM:
   they put the child's output where it is read (programs in Rust, Node.js on macOS), and our own
   standard error is not that. An end with an error status is the other way in which POSIX lets a
   spawn say that there was no program. */

/* Whether that is what a call starts: a program that is called like a shell which takes the text of
   `sh`. Nobody hands shell text to another. */
bool rp_stand_in_fits(const struct rp_call *call);

/* Does not return when it becomes that shell; 0 when it has started it, else nothing was done. */
intptr_t rp_stand_in_run(const struct rp_call *call, const char *line);

#endif
