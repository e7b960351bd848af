#ifndef RP_OUTCOME_H
#define RP_OUTCOME_H

/* How asking ended. What each means is said in one place: guard.c. */
enum rp_outcome {
    RP_ALLOWED,
    RP_DENIED,
    RP_NOBODY,       /* no socket there, or nobody listens */
    RP_TIMEOUT,      /* no answer within the deadline */
    RP_CUT,          /* the connection ended before the answer did */
    RP_SERVER_ERROR, /* a 5xx status */
    RP_NO_MEANS,     /* no descriptor or memory to ask with */
    RP_FORBIDDEN,    /* the process may not use sockets */
    RP_MALFORMED,    /* an answer that is none */
    RP_BAD_STATUS,   /* a status that is neither 200 nor 5xx */
    RP_BAD_URL,      /* RAMPART_URL or RAMPART_TOKEN cannot be used */
    RP_NOT_CAPTURED, /* the settings could not be taken at load */
    RP_OUTCOME_COUNT
};

#endif
