/* Every way in which asking can end, in every mode, with failing open and closed. */

#include "../check.h"
#include "outcome.h"

#include <string.h>

/* What is to become of a call in enforce: 'r' runs, 'd' is denied, 'f' is as the fail mode says. */
static const struct {
    enum rp_outcome outcome;
    char effect;
    const char *reason;
} rows[RP_OUTCOME_COUNT] = {
    {RP_ALLOWED, 'r', NULL},
    {RP_DENIED, 'd', NULL},
    {RP_NOBODY, 'f', "does not answer"},
    {RP_TIMEOUT, 'f', "does not answer"},
    {RP_CUT, 'f', "does not answer"},
    {RP_SERVER_ERROR, 'f', "does not answer"},
    {RP_NO_MEANS, 'f', "does not answer"},
    {RP_FORBIDDEN, 'f', "does not answer"},
    {RP_MALFORMED, 'd', "could not be read"},
    {RP_BAD_STATUS, 'd', "could not be read"},
    {RP_BAD_URL, 'd', "RAMPART_URL"},
    {RP_FOREIGN, 'd', "another user"},
    {RP_NOT_CAPTURED, 'd', "settings"},
};

int main(void) {
    for (int row = 0; row < RP_OUTCOME_COUNT; row++) {
        enum rp_outcome outcome = rows[row].outcome;
        char effect = rows[row].effect;
        CHECK(outcome == (enum rp_outcome)row, "row %d", row);
        CHECK(rp_outcome_is_unanswered(outcome) == (effect == 'f'), "row %d", row);
        CHECK(rows[row].reason == NULL ||
                  strstr(rp_outcome_reason(outcome), rows[row].reason) != NULL,
              "row %d: %s", row, rp_outcome_reason(outcome));
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
