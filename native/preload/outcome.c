/* The one table of what a failure means. */

#include "outcome.h"

#include "memory.h"

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
    case RP_TOO_LONG:
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
    return outcome >= RP_NOBODY && outcome <= RP_TOO_LONG;
}

const char *rp_outcome_reason(enum rp_outcome outcome) {
    static const char reasons[] =
        ": the policy endpoint does not answer and RAMPART_FAIL_OPEN is 0; "
        "start it with `rampart serve`\0"
        ": the policy endpoint fails and RAMPART_FAIL_OPEN is 0; run `rampart doctor`\0"
        ": no descriptor or memory is free and RAMPART_FAIL_OPEN is 0; "
        "close files or raise `ulimit -n`\0"
        ": a sandbox forbids to ask and RAMPART_FAIL_OPEN is 0; let it reach RAMPART_URL\0"
        ": nobody answers about more than 1 MiB; start `rampart serve`\0"
        ": the policy endpoint's answer could not be read; run `rampart doctor`\0"
        ": RAMPART_URL or RAMPART_TOKEN cannot be used; correct it and start anew\0"
        ": RAMPART_URL leads to another user's endpoint; open a terminal of your own\0"
        ": rampart's settings could not be read at load; shorten RAMPART_* and start anew";
    /* One for all ways to fail, and one for both kinds of useless answers. */
    int which = (int)outcome - RP_NOBODY - (outcome > RP_TIMEOUT) - (outcome > RP_CUT) -
                (outcome > RP_MALFORMED);
    return rp_memory_nth(reasons, which < 0 ? 0 : (unsigned)which);
}
