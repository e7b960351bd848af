#ifndef RP_LAUNCH_H
#define RP_LAUNCH_H

#include "call.h"

/* The funnel that every door leads into: judge → refuse, or arm the child and make the real call.
 */

/* Decides the call and makes it, or refuses it. errno is the real call's, EPERM, or ENOMEM where a
   child's environment has no room. */
intptr_t rp_launch_call(const struct rp_call *call);

/* Makes a call that starts nothing, or that libc refuses by itself. */
intptr_t rp_launch_unasked(const struct rp_call *call);

#endif
