#ifndef RP_OUTCOME_H
#define RP_OUTCOME_H

#include "settings.h"

/* How asking ended. What each means is said in one place: outcome.c. */
enum rp_outcome {
    RP_ALLOWED,
    RP_DENIED,
    RP_NOBODY,       /* no socket there, or nobody listens */
    RP_TIMEOUT,      /* no answer within the deadline */
    RP_CUT,          /* the connection ended before the answer did */
    RP_SERVER_ERROR, /* a 5xx status */
    RP_NO_MEANS,     /* no descriptor or memory to ask with */
    RP_FORBIDDEN,    /* the process may not use sockets */
    RP_TOO_LONG,     /* one of these, about more text than a question carries */
    RP_MALFORMED,    /* an answer that is none */
    RP_BAD_STATUS,   /* a status that is neither 200 nor 5xx */
    RP_BAD_URL,      /* RAMPART_URL or RAMPART_TOKEN cannot be used */
    RP_FOREIGN,      /* the socket or its directory is another user's */
    RP_NOT_CAPTURED, /* the settings could not be taken at load */
    RP_OUTCOME_COUNT
};

/* What an outcome of asking leads to. */
enum rp_effect {
    RP_RUN,
    RP_REFUSE,
    RP_EXPLAINED, /* refused, and a shell that says why was started in its place */
};
enum rp_effect rp_outcome_effect(enum rp_outcome outcome, enum rp_mode mode, bool fail_open);

/* Whether nobody could be asked, so that a run goes into the journal. */
bool rp_outcome_is_unanswered(enum rp_outcome outcome);

/* What the refusal line says when no answer says it: why, and what to do. */
const char *rp_outcome_reason(enum rp_outcome outcome);

#endif
