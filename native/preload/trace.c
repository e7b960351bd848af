#include "trace.h"

#include "memory.h"
#include "notice.h"
#include "outcome.h"
#include "sys.h"

/* Room for all steps, each with the longest word. */
enum { LINE_BYTES = 320 };

static const char names[] =
    "target \0state file \0mode \0session \0verdict \0journal \0socket \0FIFO \0"
    "status \0answer \0journal \0decision \0environment \0result ";

static const char words[] =
    "ok\0none\0unusable\0absent\0dormant\0watched\0hit\0miss\0changed\0unchanged\0dropped\0"
    "run\0refused\0stand-in\0"
    "enforce\0monitor\0disabled\0"
    "allowed\0denied\0nobody\0silence\0cut off\0failed\0no means\0no sockets\0"
    "too long\0bad answer\0bad status\0bad URL\0foreign\0no settings";

_Static_assert(RP_WORD_COUNT == RP_WORD_OUTCOME + (int)RP_OUTCOME_COUNT, "a word for each outcome");

static char *append_value(char *at, int value) {
    if (value > 0 && value < RP_WORD_COUNT)
        return rp_memory_append(at, rp_memory_nth(words, (unsigned)value - 1));
    if (value < 0) {
        at = rp_memory_append(at, "error ");
        value = -value;
    }
    return at + rp_memory_decimal(at, (unsigned)value);
}

void rp_trace_tell(const struct rp_settings *settings, const char *door, struct rp_trace *trace) {
    char line[LINE_BYTES];
    char *at;
    int saved;
    if (!settings->debug)
        return;
    at = rp_memory_append(rp_memory_append(rp_memory_append(line, "[rampart] "), door), ": ");
    for (unsigned i = 0; i < RP_STEP_COUNT; i++) {
        if (trace->steps[i] == RP_WORD_UNTOLD)
            continue;
        at = append_value(rp_memory_append(at, rp_memory_nth(names, i)), trace->steps[i]);
        at = rp_memory_append(at, ", ");
        trace->steps[i] = RP_WORD_UNTOLD;
    }
    /* In the place of the last comma. */
    at[-2] = '\n';
    saved = rp_sys_keep_errno();
    rp_notice_write(settings, line, (size_t)(at - 1 - line));
    rp_sys_give_errno(saved);
}
