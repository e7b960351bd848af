#ifndef RP_TRACE_H
#define RP_TRACE_H

#include "settings.h"

#include <stdint.h>

/* What RAMPART_DEBUG=1 tells of a call: the steps that were taken, in their order, each by a fixed
   word or a number, so that nothing of a command, an environment or a policy can be among them. */

enum rp_step {
    RP_STEP_TARGET,
    RP_STEP_STATE_FILE,
    RP_STEP_MODE,
    RP_STEP_SESSION,
    RP_STEP_VERDICT,
    RP_STEP_HIT, /* written to the journal */
    RP_STEP_SOCKET,
    RP_STEP_FIFO,
    RP_STEP_STATUS,
    RP_STEP_ANSWER,
    RP_STEP_JOURNAL,
    RP_STEP_DECISION,
    RP_STEP_ENVIRONMENT,
    RP_STEP_RESULT,
    RP_STEP_COUNT
};

/* What a step came to; beside these, a negative errno, or a number that is greater. */
enum rp_word {
    RP_WORD_UNTOLD, /* the step was not taken */
    RP_WORD_OK,
    RP_WORD_NONE,
    RP_WORD_UNUSABLE,
    RP_WORD_ABSENT,
    RP_WORD_DORMANT,
    RP_WORD_WATCHED,
    RP_WORD_HIT,
    RP_WORD_MISS,
    RP_WORD_CHANGED,
    RP_WORD_UNCHANGED,
    RP_WORD_DROPPED,
    RP_WORD_EFFECT,                     /* that of the first rp_effect */
    RP_WORD_MODE = RP_WORD_EFFECT + 3,  /* that of the first rp_mode */
    RP_WORD_OUTCOME = RP_WORD_MODE + 3, /* that of the first rp_outcome */
    RP_WORD_COUNT = RP_WORD_OUTCOME + 14
};

/* Small, because it lies in the frame that every call begins with. */
struct rp_trace {
    int16_t steps[RP_STEP_COUNT];
};

/* Tells the steps in one line with one write, where that is wanted, and forgets them. */
void rp_trace_tell(const struct rp_settings *settings, const char *door, struct rp_trace *trace);

#endif
