#ifndef RP_LOAD_H
#define RP_LOAD_H

#include "request.h"
#include "settings.h"

/* The settings, taken on the first call: by the constructor, or by a door that another object's
   constructor walks through before ours had its turn. */
const struct rp_settings *rp_load_settings(void);

/* The live environment of the process. */
const char *const *rp_load_environment(void);

/* Sets the live environment, where the C library has such a variable. */
void rp_load_set_environment(const char *const *environment);

/* Puts into a question who asks it. */
void rp_load_introduce(struct rp_question *question);

/* A random id. */
void rp_load_make_id(unsigned char id[RP_REQUEST_ID_BYTES]);

/* One of a moment, in nanoseconds since 1970, and of the calling process: where nobody gains by
   guessing an id it need only differ from the others. */
void rp_load_make_up_id(unsigned char id[RP_REQUEST_ID_BYTES], int64_t now, int pid);

#endif
