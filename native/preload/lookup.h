#ifndef RP_LOOKUP_H
#define RP_LOOKUP_H

#include "request.h"
#include "target.h"

/* The search that execvp makes, made ahead of it: by the caller's own PATH, because the endpoint
   cannot know it. */

/* The value of PATH in an environment, or what libc takes when there is none. */
const char *rp_lookup_path(const char *const *environment, bool musl);

/* Finds what this libc's execvp would start. `exe` gets the pieces of its path, borrowed from file
   and path; a relative result is left relative. */
void rp_lookup_find(const char *file, const char *path, struct rp_state_file *state,
                    struct rp_target *target, struct rp_path *exe);

#endif
