#ifndef RP_ENDING_H
#define RP_ENDING_H

#include "guard.h"
#include "journal.h"

/* How a call ends. These are never above a call of libc, so no thread is cancelled in them, and
   they need no tables to be unwound by: they stand apart from launch.c, which has them. */

/* Fails a call in its door's way, with this errno. */
intptr_t rp_ending_refuse(const struct rp_call *call, int error);

/* The error number with which a call came back, of wordexp its own; else 0. */
int rp_ending_error(const struct rp_call *call, intptr_t result);

/* Tells what became of a start that was allowed, and recorded under its id. */
void rp_ending_report(const struct rp_settings *settings, const struct rp_call *call,
                      struct rp_start *start, enum rp_journal_kind kind, int error);

#endif
