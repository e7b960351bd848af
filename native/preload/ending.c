#include "ending.h"

#include "load.h"
#include "memory.h"
#include "sys.h"

enum { SMALL_FRAME_BYTES = 256 };

intptr_t rp_ending_refuse(const struct rp_call *call, int error) {
    enum { COMMAND_SUBSTITUTION = 4 /* WRDE_CMDSUB */ };
    *rp_sys_errno() = error;
    switch (call->refusal) {
    case RP_RETURNS_ERROR:
        return error;
    case RP_RETURNS_NULL:
        return 0;
    case RP_RETURNS_CMDSUB:
        return COMMAND_SUBSTITUTION;
    case RP_RETURNS_MINUS_ONE:
        break;
    }
    return -1;
}

int rp_ending_error(const struct rp_call *call, intptr_t result) {
    if (call->refusal == RP_RETURNS_ERROR || call->refusal == RP_RETURNS_CMDSUB)
        return (int)result;
    return result == (call->refusal == RP_RETURNS_NULL ? 0 : -1) ? *rp_sys_errno() : 0;
}

void rp_ending_report(const struct rp_settings *settings, const struct rp_call *call,
                      struct rp_start *start, enum rp_journal_kind kind, int error) {
    struct rp_question question;
    char buffer[SMALL_FRAME_BYTES];
    int saved = rp_sys_keep_errno();
    if (!start->recorded)
        return;
    memset(&question, 0, sizeof question);
    question.id = start->id;
    question.door = call->door;
    rp_load_introduce(&question);
    question.guardable = start->target.guardable;
    question.markers = settings->markers;
    start->trace.steps[RP_STEP_JOURNAL] =
        rp_journal_append(settings, &question, kind, error, buffer, sizeof buffer) ? RP_WORD_OK
                                                                                   : RP_WORD_NONE;
    rp_sys_give_errno(saved);
}
