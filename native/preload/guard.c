#include "guard.h"

#include "environment.h"
#include "fifo.h"
#include "journal.h"
#include "load.h"
#include "lookup.h"
#include "memory.h"
#include "notice.h"
#include "state_file.h"
#include "sys.h"
#include "transport.h"

enum {
    FIRST_PATH_BYTES = 128, /* most paths fit; for a longer one the stack grows by more */
    LAST_PATH_BYTES = 4097,
    ID_BYTES = 33,
    SMALL_FRAME_BYTES = 256,
    /* An armed environment of 512 entries and a loader list stay on the stack. */
    STACK_ENVIRONMENT_BYTES = 513 * sizeof(char *) + 1024,
};

/* INVARIANT: the frames below this comment are small, hold everything, and are gone before the real
   call: a vfork parent sees every byte that is left behind, and a signal stack has few to give. */
#define APART __attribute__((noinline))

/* What is kept of a call until it is made. */
struct verdict {
    struct rp_target target;
    char id[ID_BYTES]; /* the record id; empty when nothing was recorded */
};

/* One call on its way through the funnel. */
struct inquiry {
    const struct rp_settings *settings;
    const struct rp_call *call;
    enum rp_mode mode;
    struct rp_question question;
};

enum rp_effect rp_guard_effect(enum rp_outcome outcome, enum rp_mode mode, bool fail_open) {
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
    case RP_NOT_CAPTURED:
    case RP_OUTCOME_COUNT:
        break;
    }
    return RP_REFUSE;
}

bool rp_guard_is_unanswered(enum rp_outcome outcome) {
    return outcome >= RP_NOBODY && outcome <= RP_FORBIDDEN;
}

/* What the refusal line says when no answer says it. */
static const char *reason_of(enum rp_outcome outcome) {
    if (rp_guard_is_unanswered(outcome))
        return ": the policy endpoint does not answer and RAMPART_FAIL_OPEN is 0; "
               "start it with `rampart serve`";
    if (outcome == RP_BAD_URL)
        return ": RAMPART_URL or RAMPART_TOKEN cannot be used";
    if (outcome == RP_NOT_CAPTURED)
        return ": rampart's settings could not be read when the program was loaded";
    return ": the policy endpoint's answer could not be read";
}

/* Composes the line over the answer's reason, which stands further behind in the same buffer. */
APART static void explain(const struct inquiry *inquiry, enum rp_outcome outcome,
                          const struct rp_exchange *exchange, char *line) {
    const char *reason = exchange->buffer;
    const char *lead = exchange->reason == RP_REASON_MESSAGE ? ": " : "";
    size_t len = exchange->reason_len;
    /* A repeated question, whose line stands there already. */
    if (outcome == RP_DENIED && exchange->reason == RP_REASON_NOTICE && len == 0)
        return;
    if (outcome != RP_DENIED) {
        reason = reason_of(outcome);
        lead = "";
        len = rp_memory_length(reason);
    }
    len = rp_notice_compose(line, &inquiry->question, lead, reason, len);
    rp_notice_write(inquiry->settings, line, len);
}

/* A debug line tells the door and how asking ended, never the command. */
APART static void trace(const struct inquiry *inquiry, enum rp_outcome outcome,
                        enum rp_effect effect) {
    static const char words[RP_OUTCOME_COUNT][27] = {
        "allowed",          "denied",
        "nobody answers",   "no answer in time",
        "connection cut",   "the endpoint failed",
        "no means to ask",  "sockets are forbidden",
        "unusable answer",  "unusable status",
        "unusable address", "settings were not captured",
    };
    const char *const pieces[] = {"[rampart] ", inquiry->call->door, ": ", words[outcome],
                                  effect == RP_RUN ? ", run\n" : ", refused\n"};
    char line[96];
    size_t used = 0;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        size_t len = rp_memory_length(pieces[i]);
        memcpy(line + used, pieces[i], len);
        used += len;
    }
    rp_notice_write(inquiry->settings, line, used);
}

APART static enum rp_effect ask(struct inquiry *inquiry) {
    const struct rp_settings *settings = inquiry->settings;
    struct rp_question *question = &inquiry->question;
    /* The question goes out through it, the answer's reason comes into it, then the refusal line or
       the journal's frame is made in it. */
    char buffer[RP_NOTICE_MAX_HEAD + RP_NOTICE_MAX_BYTES];
    struct rp_exchange exchange = {.buffer = buffer + RP_NOTICE_MAX_HEAD,
                                   .cap = RP_NOTICE_MAX_BYTES,
                                   .spare = buffer,
                                   .spare_cap = RP_NOTICE_MAX_HEAD,
                                   .start = rp_sys_clock(CLOCK_MONOTONIC)};
    enum rp_outcome outcome;
    enum rp_effect effect;
    if (!settings->captured)
        outcome = RP_NOT_CAPTURED;
    else if (settings->url.kind == RP_URL_UNUSABLE)
        outcome = RP_BAD_URL;
    else
        outcome = rp_transport_ask(settings, question, &exchange);
    if (outcome == RP_FORBIDDEN && settings->url.kind == RP_URL_UNIX)
        outcome = rp_fifo_ask(settings, question, &exchange);
    effect = rp_guard_effect(outcome, inquiry->mode, settings->fail_open);
    if (settings->debug)
        trace(inquiry, outcome, effect);
    if (effect == RP_REFUSE && !settings->quiet)
        explain(inquiry, outcome, &exchange, buffer);
    else if (effect == RP_RUN && rp_guard_is_unanswered(outcome))
        (void)rp_journal_append(settings, question, RP_JOURNAL_UNANSWERED, 0, buffer,
                                sizeof buffer);
    return effect;
}

/* Takes `./` away from a relative piece; it says nothing. */
static void trim(struct rp_path *exe, int i) {
    while (exe->len[i] >= 1 && exe->piece[i][0] == '.' &&
           (exe->len[i] == 1 || exe->piece[i][1] == '/')) {
        size_t skip = 1;
        while (skip < exe->len[i] && exe->piece[i][skip] == '/')
            skip++;
        exe->piece[i] += skip;
        exe->len[i] -= skip;
    }
}

static bool is_absolute(const struct rp_path *exe) {
    int first = exe->len[0] > 0 ? 0 : exe->len[1] > 0 ? 1 : 2;
    return exe->len[first] > 0 && exe->piece[first][0] == '/';
}

static enum rp_effect ask_from(struct inquiry *inquiry, const char *cwd, long result) {
    struct rp_path *exe = &inquiry->question.exe;
    bool known = result > 0 && cwd[0] == '/';
    inquiry->question.cwd = known ? cwd : NULL;
    if (known && !is_absolute(exe)) {
        exe->piece[0] = cwd;
        exe->len[0] = rp_memory_length(cwd);
    }
    return ask(inquiry);
}

/* Tries with little stack first. */
APART static enum rp_effect ask_from_cwd(struct inquiry *inquiry, size_t cap) {
    char *cwd = __builtin_alloca(cap);
    long result = rp_sys_getcwd(cwd, cap);
    if (result == -ERANGE && cap < LAST_PATH_BYTES)
        return ask_from_cwd(inquiry, LAST_PATH_BYTES);
    return ask_from(inquiry, cwd, result);
}

/* The path of a descriptor stands in front of what was given with it. */
static enum rp_effect ask_by_link(struct inquiry *inquiry, const char *link, size_t len) {
    struct rp_path *exe = &inquiry->question.exe;
    exe->piece[0] = link;
    exe->len[0] = len;
    if (*inquiry->call->path == '\0')
        inquiry->question.path = link;
    return ask_from_cwd(inquiry, FIRST_PATH_BYTES);
}

static void descriptor_path(int descriptor, char into[32]) {
    static const char prefix[] = "/proc/self/fd/";
    size_t digits;
    memcpy(into, prefix, sizeof prefix - 1);
    digits = rp_memory_decimal(into + sizeof prefix - 1,
                               descriptor > 0 ? (unsigned long long)descriptor : 0);
    into[sizeof prefix - 1 + digits] = '\0';
}

APART static enum rp_effect ask_by_descriptor(struct inquiry *inquiry, size_t cap) {
    char *link = __builtin_alloca(cap);
    char path[32];
    long len;
    descriptor_path(inquiry->call->directory, path);
    len = rp_sys_readlink(path, link, cap - 1);
    if (len == (long)cap - 1 && cap < LAST_PATH_BYTES)
        return ask_by_descriptor(inquiry, LAST_PATH_BYTES);
    if (len < 0)
        return ask_by_link(inquiry, path, rp_memory_length(path));
    link[len] = '\0';
    return ask_by_link(inquiry, link, (size_t)len);
}

/* Finds what would be started, where exec would find it. */
APART static void find_target(const struct rp_settings *settings, const struct rp_call *call,
                              struct rp_target *target, struct rp_path *exe) {
    memset(exe, 0, sizeof *exe);
    if (call->searches) {
        const char *path = rp_lookup_path(rp_load_environment(), settings->musl);
        rp_lookup_find(call->path, path, target, exe);
    } else {
        rp_target_inspect(call->directory, call->path, call->flags, target);
        exe->piece[2] = call->path;
        exe->len[2] = call->path == NULL ? 0 : rp_memory_length(call->path);
    }
}

static void describe(struct inquiry *inquiry) {
    const struct rp_settings *settings = inquiry->settings;
    const struct rp_call *call = inquiry->call;
    struct rp_question *question = &inquiry->question;
    question->agent = settings->agent;
    question->session = settings->session;
    question->path = call->path;
    question->argv = call->argv;
    question->text = call->text;
    question->door = call->door;
    question->pid = rp_sys_getpid();
    question->ppid = rp_sys_getppid();
    question->sid = rp_sys_getsid();
    question->markers = settings->markers | rp_names_find_markers(call->environment);
    question->enforce = settings->mode == RP_ENFORCE;
}

APART static enum rp_effect judge_by_asking(const struct rp_settings *settings,
                                            const struct rp_call *call, enum rp_mode mode,
                                            struct verdict *verdict, const struct rp_path *found) {
    struct inquiry inquiry;
    struct rp_path *exe = &inquiry.question.exe;
    memset(&inquiry, 0, sizeof inquiry);
    inquiry.settings = settings;
    inquiry.call = call;
    inquiry.mode = mode;
    inquiry.question.guardable = verdict->target.guardable;
    *exe = *found;
    rp_load_make_id(verdict->id);
    inquiry.question.id = verdict->id;
    describe(&inquiry);
    if (call->directory != AT_FDCWD && !is_absolute(exe))
        return ask_by_descriptor(&inquiry, FIRST_PATH_BYTES);
    if (!is_absolute(exe)) {
        trim(exe, 1);
        if (exe->len[1] == 0)
            trim(exe, 2);
    }
    return ask_from_cwd(&inquiry, FIRST_PATH_BYTES);
}

static enum rp_effect judge(const struct rp_settings *settings, const struct rp_call *call,
                            struct verdict *verdict) {
    const struct rp_target *target = &verdict->target;
    enum rp_mode mode = settings->mode;
    struct rp_path exe;
    verdict->id[0] = '\0';
    find_target(settings, call, &verdict->target, &exe);
    /* A path that file actions give another start cannot be judged from here: ask all the same. */
    if (target->presence == RP_ABSENT && !(call->moves && !is_absolute(&exe)))
        return RP_RUN;
    if (mode != RP_DISABLED && settings->url.kind == RP_URL_UNIX) {
        enum rp_mode wanted = rp_state_file_mode(&settings->url);
        mode = wanted > mode ? wanted : mode;
    }
    if (mode == RP_DISABLED)
        return RP_RUN;
    return judge_by_asking(settings, call, mode, verdict, &exe);
}

static intptr_t fail(const struct rp_call *call, int error) {
    enum { COMMAND_SUBSTITUTION = 4 /* WRDE_CMDSUB */ };
    errno = error;
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

/* The error number with which a call that starts a program came back, else 0. The doors that run a
   shell have their own results, and the shell its own record. */
static int error_of(const struct rp_call *call, intptr_t result) {
    if (call->text != NULL)
        return 0;
    if (call->refusal == RP_RETURNS_ERROR)
        return (int)result;
    return result == -1 ? errno : 0;
}

/* Says that what was allowed, and recorded under this id, did not start after all. */
APART static void report_failure(const struct rp_settings *settings, const struct rp_call *call,
                                 const struct verdict *verdict, int error) {
    struct rp_question question;
    char buffer[SMALL_FRAME_BYTES];
    int saved = errno;
    memset(&question, 0, sizeof question);
    question.id = verdict->id;
    question.door = call->door;
    question.agent = settings->agent;
    question.session = settings->session;
    question.pid = rp_sys_getpid();
    question.ppid = rp_sys_getppid();
    question.sid = rp_sys_getsid();
    question.guardable = verdict->target.guardable;
    (void)rp_journal_append(settings, &question, RP_JOURNAL_EXEC_FAILED, error, buffer,
                            sizeof buffer);
    errno = saved;
}

/* Runs with an armed environment; when that is too big for the kernel, with the caller's own. */
static intptr_t run_with(const struct rp_settings *settings, const struct rp_call *call,
                         bool sanitized, void *block) {
    const char *const *armed = rp_environment_fill(settings, call->environment, sanitized, block);
    intptr_t result = call->run(call, armed);
    return error_of(call, result) == E2BIG ? call->run(call, call->environment) : result;
}

/* A stated leak: an exec that succeeds in a vfork child leaves the mapping to its parent. */
static intptr_t run_mapped(const struct rp_settings *settings, const struct rp_call *call,
                           bool sanitized, size_t bytes) {
    void *block = rp_sys_map(bytes);
    intptr_t result;
    if (block == NULL)
        return fail(call, ENOMEM);
    result = run_with(settings, call, sanitized, block);
    rp_sys_unmap(block, bytes);
    return result;
}

static intptr_t run_armed(const struct rp_settings *settings, const struct rp_call *call,
                          bool sanitized) {
    size_t bytes = rp_environment_measure(settings, call->environment, sanitized);
    if (bytes == 0)
        return call->run(call, call->environment);
    if (bytes > STACK_ENVIRONMENT_BYTES)
        return run_mapped(settings, call, sanitized, bytes);
    return run_with(settings, call, sanitized, __builtin_alloca(bytes));
}

intptr_t rp_guard_pass(const struct rp_call *call) {
    (void)rp_load_settings();
    return call->run(call, call->environment);
}

intptr_t rp_guard_run(const struct rp_call *call) {
    const struct rp_settings *settings = rp_load_settings();
    struct verdict verdict;
    int saved = errno;
    intptr_t result;
    int error;
    if (settings->inert)
        return call->run(call, call->environment);
    if (judge(settings, call, &verdict) == RP_REFUSE)
        return fail(call, EPERM);
    errno = saved;
    result = run_armed(settings, call, verdict.target.sanitized);
    error = error_of(call, result);
    if (error != 0 && verdict.id[0] != '\0')
        report_failure(settings, call, &verdict, error);
    return result;
}
