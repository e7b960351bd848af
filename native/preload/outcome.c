/* The one table of what a failure means. */

#include "outcome.h"

enum rp_effect rp_outcome_effect(enum rp_outcome outcome, enum rp_mode mode, bool fail_open) {
    if (mode != RP_ENFORCE)
        return RP_RUN;
    switch (outcome) {
    case RP_ALLOWED:
        return RP_RUN;
    case RP_NOBODY:
    case RP_TIMEOUT:
    case RP_CUT:
    case RP_SERVER_ERROR:
    case RP_NO_MEANS:
    case RP_FORBIDDEN:
        return fail_open ? RP_RUN : RP_REFUSE;
    case RP_DENIED:
    case RP_MALFORMED:
    case RP_BAD_STATUS:
    case RP_BAD_URL:
    case RP_FOREIGN:
    case RP_NOT_CAPTURED:
    case RP_OUTCOME_COUNT:
        break;
    }
    return RP_REFUSE;
}

bool rp_outcome_is_unanswered(enum rp_outcome outcome) {
    return outcome >= RP_NOBODY && outcome <= RP_FORBIDDEN;
}

const char *rp_outcome_reason(enum rp_outcome outcome) {
    if (rp_outcome_is_unanswered(outcome))
        return ": the policy endpoint does not answer and RAMPART_FAIL_OPEN is 0; "
               "start it with `rampart serve`";
    if (outcome == RP_BAD_URL)
        return ": RAMPART_URL or RAMPART_TOKEN cannot be used";
    if (outcome == RP_FOREIGN)
        return ": RAMPART_URL leads to another user's endpoint";
    if (outcome == RP_NOT_CAPTURED)
        return ": rampart's settings could not be read when the program was loaded";
    return ": the policy endpoint's answer could not be read";
}
