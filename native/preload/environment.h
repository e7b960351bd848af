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

/* Arms an environment: puts it into a block, aligned for pointers, of as many bytes as this gives
   where `into` is NULL. 0 when nothing is missing and the environment can be used as it is. Strings
   are borrowed from the environment and from settings; only what had other entries, the loader list
   or the sanitizer's options, is written into the block. Every entry keeps its place, and what is
   added stands behind them. */
size_t rp_environment_arm(const struct rp_settings *settings, const char *const *environment,
                          const struct rp_child *child, const char **into);

#endif
