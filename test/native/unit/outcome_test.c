/* Every way in which asking can end, in every mode, with failing open and closed. */

#include "../check.h"
#include "notice.h"
#include "outcome.h"

#include <string.h>

/* What is to become of a call in enforce: 'r' runs, 'd' is denied, 'f' is as the fail mode says;
   where no answer says it, why, and what to do. */
static const struct {
    enum rp_outcome outcome;
    char effect;
    const char *reason;
    const char *advice;
} rows[RP_OUTCOME_COUNT] = {
    {RP_ALLOWED, 'r', NULL, NULL},
    {RP_DENIED, 'd', NULL, NULL},
    {RP_NOBODY, 'f', "not answer and RAMPART_FAIL_OPEN is 0", "`rampart serve`"},
    {RP_TIMEOUT, 'f', "endpoint fails and RAMPART_FAIL_OPEN is 0", "`rampart doctor`"},
    {RP_CUT, 'f', "endpoint fails and RAMPART_FAIL_OPEN is 0", "`rampart doctor`"},
    {RP_SERVER_ERROR, 'f', "endpoint fails and RAMPART_FAIL_OPEN is 0", "`rampart doctor`"},
    {RP_NO_MEANS, 'f', "no descriptor or memory is free and RAMPART_FAIL_OPEN is 0", "`ulimit -n`"},
    {RP_FORBIDDEN, 'f', "sandbox forbids to ask and RAMPART_FAIL_OPEN is 0", "RAMPART_URL"},
    {RP_TOO_LONG, 'd', "more than 1 MiB", "`rampart serve`"},
    {RP_MALFORMED, 'd', "could not be read", "`rampart doctor`"},
    {RP_BAD_STATUS, 'd', "could not be read", "`rampart doctor`"},
    {RP_BAD_URL, 'd', "RAMPART_URL", "correct it"},
    {RP_FOREIGN, 'd', "another user", "open a terminal"},
    {RP_NOT_CAPTURED, 'd', "settings", "shorten"},
};

/* Why, and then what to do, in a line with the longest command. */
static void check_reason(enum rp_outcome outcome, const char *reason, const char *advice) {
    const char *text = rp_outcome_reason(outcome);
    const char *end = strstr(text, "; ");
    const char *why = strstr(text, reason);
    CHECK(text[0] == ':' && why != NULL && end != NULL && why < end, "%s", text);
    CHECK(end != NULL && strstr(end, advice) != NULL, "%s", text);
    CHECK(RP_NOTICE_MAX_HEAD + strlen(text) < RP_NOTICE_MAX_BYTES, "%s", text);
}

int main(void) {
    for (int row = 0; row < RP_OUTCOME_COUNT; row++) {
        enum rp_outcome outcome = rows[row].outcome;
        char effect = rows[row].effect;
        CHECK(outcome == (enum rp_outcome)row, "row %d", row);
        /* What runs all the same in monitor is recorded. */
        CHECK(rp_outcome_is_unanswered(outcome) == (effect == 'f' || outcome == RP_TOO_LONG),
              "row %d", row);
        if (rows[row].reason != NULL)
            check_reason(outcome, rows[row].reason, rows[row].advice);
        for (int open = 0; open <= 1; open++) {
            bool runs = effect == 'r' || (effect == 'f' && open == 1);
            CHECK((rp_outcome_effect(outcome, RP_ENFORCE, open == 1) == RP_RUN) == runs,
                  "row %d in enforce, fail open %d", row, open);
            CHECK(rp_outcome_effect(outcome, RP_MONITOR, open == 1) == RP_RUN,
                  "row %d in monitor, fail open %d", row, open);
            CHECK(rp_outcome_effect(outcome, RP_DISABLED, open == 1) == RP_RUN,
                  "row %d disabled, fail open %d", row, open);
        }
    }
    return check_finish();
}
