#ifndef RP_INTERPOSE_H
#define RP_INTERPOSE_H

/* The headers that declare the doors are left out: they promise the compiler that no argument is
   NULL, and callers break that promise. */

#include "call.h"

#define RP_DOOR(name, result, parameters)                                                          \
    __attribute__((visibility("default"))) result name parameters;
#include "doors.def"
#undef RP_DOOR

typedef const char *const *rp_strings;

/* The result of a door that this libc does not have; errno is ENOSYS. */
intptr_t rp_interpose_missing(enum rp_refusal refusal);

#endif
