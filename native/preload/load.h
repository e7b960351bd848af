#ifndef RP_LOAD_H
#define RP_LOAD_H

#include "request.h"
#include "settings.h"

/* The settings, taken on the first call: by the constructor, or by a door that another object's
   constructor walks through before ours had its turn. */
const struct rp_settings *rp_load_settings(void);

/* The live environment of the process. */
const char *const *rp_load_environment(void);

/* Sets the live environment and returns the old one; false in *replaced when the C library has no
   such variable. */
void rp_load_set_environment(const char *const *environment);

/* Puts into a question who asks it. */
void rp_load_introduce(struct rp_question *question);

/* 32 random lower-case hex digits and a NUL. */
void rp_load_make_id(char into[33]);

#endif
