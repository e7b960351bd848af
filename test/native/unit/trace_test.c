/* What RAMPART_DEBUG=1 tells: every step with every word, each line as one write. */

#include "../check.h"
#include "trace.h"

#include "outcome.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MESSAGE_BYTES = 1024, LARGEST_ERRNO = 4095, LARGEST_STATUS = 999 };

static const char *const names[RP_STEP_COUNT] = {
    [RP_STEP_TARGET] = "target",
    [RP_STEP_STATE_FILE] = "state file",
    [RP_STEP_MODE] = "mode",
    [RP_STEP_SESSION] = "session",
    [RP_STEP_VERDICT] = "verdict",
    [RP_STEP_HIT] = "journal",
    [RP_STEP_SOCKET] = "socket",
    [RP_STEP_FIFO] = "FIFO",
    [RP_STEP_STATUS] = "status",
    [RP_STEP_ANSWER] = "answer",
    [RP_STEP_JOURNAL] = "journal",
    [RP_STEP_DECISION] = "decision",
    [RP_STEP_ENVIRONMENT] = "environment",
    [RP_STEP_RESULT] = "result",
};

static const char *const words[RP_WORD_COUNT] = {
    [RP_WORD_OK] = "ok",
    [RP_WORD_NONE] = "none",
    [RP_WORD_UNUSABLE] = "unusable",
    [RP_WORD_ABSENT] = "absent",
    [RP_WORD_DORMANT] = "dormant",
    [RP_WORD_WATCHED] = "watched",
    [RP_WORD_HIT] = "hit",
    [RP_WORD_MISS] = "miss",
    [RP_WORD_CHANGED] = "changed",
    [RP_WORD_UNCHANGED] = "unchanged",
    [RP_WORD_DROPPED] = "dropped",
    [RP_WORD_EFFECT + RP_RUN] = "run",
    [RP_WORD_EFFECT + RP_REFUSE] = "refused",
    [RP_WORD_EFFECT + RP_EXPLAINED] = "stand-in",
    [RP_WORD_MODE + RP_ENFORCE] = "enforce",
    [RP_WORD_MODE + RP_MONITOR] = "monitor",
    [RP_WORD_MODE + RP_DISABLED] = "disabled",
    [RP_WORD_OUTCOME + RP_ALLOWED] = "allowed",
    [RP_WORD_OUTCOME + RP_DENIED] = "denied",
    [RP_WORD_OUTCOME + RP_NOBODY] = "nobody",
    [RP_WORD_OUTCOME + RP_TIMEOUT] = "silence",
    [RP_WORD_OUTCOME + RP_CUT] = "cut off",
    [RP_WORD_OUTCOME + RP_SERVER_ERROR] = "failed",
    [RP_WORD_OUTCOME + RP_NO_MEANS] = "no means",
    [RP_WORD_OUTCOME + RP_FORBIDDEN] = "no sockets",
    [RP_WORD_OUTCOME + RP_TOO_LONG] = "too long",
    [RP_WORD_OUTCOME + RP_MALFORMED] = "bad answer",
    [RP_WORD_OUTCOME + RP_BAD_STATUS] = "bad status",
    [RP_WORD_OUTCOME + RP_BAD_URL] = "bad URL",
    [RP_WORD_OUTCOME + RP_FOREIGN] = "foreign",
    [RP_WORD_OUTCOME + RP_NOT_CAPTURED] = "no settings",
};

static struct rp_settings settings;
/* Keeps what each write wrote apart. */
static int ends[2];
static int errors;

static bool open_ends(void) {
    struct stat status;
    errors = dup(STDERR_FILENO);
    if (errors < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0 ||
        fstat(ends[1], &status) != 0)
        return false;
    settings.stderr_open = true;
    settings.stderr_device = status.st_dev;
    settings.stderr_inode = status.st_ino;
    return true;
}

/* The next message; "" when there is none. */
static const char *hear(void) {
    static char message[MESSAGE_BYTES];
    ssize_t count = recv(ends[0], message, sizeof message - 1, MSG_DONTWAIT);
    message[count > 0 ? count : 0] = '\0';
    return message;
}

static const char *tell(struct rp_trace *trace) {
    int saved;
    (void)dup2(ends[1], STDERR_FILENO);
    errno = EDOM;
    rp_trace_tell(&settings, "posix_spawnp", trace);
    saved = errno;
    (void)dup2(errors, STDERR_FILENO);
    CHECK(saved == EDOM, "%s", strerror(saved));
    return hear();
}

static void check_step(int step, int value, const char *text) {
    struct rp_trace trace = {{0}};
    char wanted[MESSAGE_BYTES];
    const char *told;
    trace.steps[step] = (int16_t)value;
    (void)snprintf(wanted, sizeof wanted, "[rampart] posix_spawnp: %s %s\n", names[step], text);
    told = tell(&trace);
    CHECK(strcmp(told, wanted) == 0, "%s", told);
    CHECK(trace.steps[step] == 0, "%s is told once", names[step]);
}

/* All steps at once, each with this. */
static void check_whole_line(int value, const char *text) {
    struct rp_trace trace;
    char wanted[MESSAGE_BYTES];
    size_t used = (size_t)snprintf(wanted, sizeof wanted, "[rampart] posix_spawnp:");
    const char *told;
    for (int step = 0; step < RP_STEP_COUNT; step++) {
        trace.steps[step] = (int16_t)value;
        used += (size_t)snprintf(wanted + used, sizeof wanted - used, "%s %s %s",
                                 step > 0 ? "," : "", names[step], text);
    }
    (void)snprintf(wanted + used, sizeof wanted - used, "\n");
    told = tell(&trace);
    CHECK(strcmp(told, wanted) == 0, "%s", told);
    CHECK(*hear() == '\0', "%s", "more than one write");
}

int main(void) {
    struct rp_trace trace = {{RP_WORD_ABSENT}};
    if (!open_ends()) {
        CHECK(false, "%s", strerror(errno));
        return check_finish();
    }
    CHECK(*tell(&trace) == '\0' && trace.steps[0] == RP_WORD_ABSENT, "%s", "unless it is wanted");
    settings.debug = true;
    for (int step = 0; step < RP_STEP_COUNT; step++) {
        for (int word = 1; word < RP_WORD_COUNT; word++)
            check_step(step, word, words[word]);
        check_step(step, -EPERM, "error 1");
        check_step(step, -LARGEST_ERRNO, "error 4095");
        check_step(step, LARGEST_STATUS, "999");
    }
    for (int word = 1; word < RP_WORD_COUNT; word++)
        check_whole_line(word, words[word]);
    check_whole_line(-LARGEST_ERRNO, "error 4095");
    return check_finish();
}
