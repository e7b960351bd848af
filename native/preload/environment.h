#ifndef RP_ENVIRONMENT_H
#define RP_ENVIRONMENT_H

#include "settings.h"

/* Keeps a child armed: its environment names this library for the loader and carries our settings.
   Pure work on vectors; a NULL environment is an empty one. */

/* What is known of the program that will have the environment. */
struct rp_child {
    /* It has AddressSanitizer's runtime as a library, which ends a program in which another object
       was loaded before it, unless its options say otherwise: so they are made to. */
    bool sanitized;
    /* RAMPART_AGENT=NAME, which takes the place of every other; NULL when the child is not known to
       be an agent. */
    const char *agent;
};

/* How many bytes rp_environment_fill needs, or 0 when nothing is missing and the environment can be
   used as it is. */
size_t rp_environment_measure(const struct rp_settings *settings, const char *const *environment,
                              const struct rp_child *child);

/* Builds the armed environment in a block of the measured size, aligned for pointers. Strings are
   borrowed from the environment and from settings; only a loader list that had other entries is
   written into the block. */
const char *const *rp_environment_fill(const struct rp_settings *settings,
                                       const char *const *environment, const struct rp_child *child,
                                       void *block);

#endif
