#ifndef RP_GUARD_H
#define RP_GUARD_H

#include "call.h"
#include "outcome.h"
#include "settings.h"
#include "state_tables.h"
#include "target.h"
#include "trace.h"

/* Judges one call: finds what would be started, looks into the state file, asks. */

/* What is kept of a call until it is made. */
struct rp_start {
    struct rp_target target;
    bool recorded;
    unsigned char id[RP_REQUEST_ID_BYTES]; /* of the record */
    /* RAMPART_AGENT=NAME for the child; empty when it is not known to be an agent */
    char agent[sizeof "RAMPART_AGENT=" + RP_STATE_TABLES_NAME_BYTES];
    struct rp_trace trace;
};

enum rp_effect rp_guard_judge(const struct rp_settings *settings, const struct rp_call *call,
                              struct rp_start *start);

#endif
