#include "guard.h"

#include "fifo.h"
#include "journal.h"
#include "load.h"
#include "lookup.h"
#include "memory.h"
#include "notice.h"
#include "stand_in.h"
#include "state_tables.h"
#include "sys.h"
#include "transport.h"

enum {
    FIRST_PATH_BYTES = 128, /* most paths fit; for a longer one the stack grows by more */
    LAST_PATH_BYTES = 4097,
    HIT_BYTES = 512, /* most frames fit */
};
_Static_assert(RP_NOTICE_MAX_HEAD >= RP_STATE_PATH_BYTES,
               "a path fits into what the answer comes in");

/* INVARIANT: the frames below this comment are small, hold everything, and are gone before the real
   call: a vfork parent sees every byte that is left behind, and a signal stack has few to give. */
#define APART __attribute__((noinline))

/* One call on its way through the funnel. */
struct inquiry {
    const struct rp_settings *settings;
    const struct rp_call *call;
    struct rp_start *start;
    enum rp_mode mode;
    struct rp_state_file file;
    struct rp_question question;
};

/* Composes the line over the answer's reason, which stands further behind in the same buffer, and
   has it said. */
APART static enum rp_effect explain(const struct inquiry *inquiry, enum rp_outcome outcome,
                                    const struct rp_exchange *exchange, char *line) {
    const char *reason = exchange->buffer;
    const char *lead = exchange->reason == RP_REASON_MESSAGE ? ": " : "";
    size_t len = exchange->reason_len;
    if (outcome != RP_DENIED) {
        reason = rp_outcome_reason(outcome);
        lead = "";
        len = rp_memory_length(reason);
    }
    len = rp_notice_compose(line, &inquiry->question, lead, reason, len);
    line[len] = '\0';
    if (rp_stand_in_run(inquiry->call, line) == 0)
        return RP_EXPLAINED;
    rp_notice_write(inquiry->settings, line, len);
    return RP_REFUSE;
}

static void note_journal(const struct inquiry *inquiry, enum rp_step step, bool written) {
    inquiry->start->trace.steps[step] = written ? RP_WORD_OK : RP_WORD_NONE;
}

static enum rp_effect refuse(const struct inquiry *inquiry, enum rp_outcome outcome,
                             const struct rp_exchange *exchange, char *line) {
    struct rp_trace *trace = &inquiry->start->trace;
    /* A repeated question, whose line stands there already. */
    bool silent =
        inquiry->settings->quiet ||
        (outcome == RP_DENIED && exchange->reason == RP_REASON_NOTICE && exchange->reason_len == 0);
    trace->steps[RP_STEP_DECISION] =
        (int16_t)(RP_WORD_EFFECT +
                  (!silent && rp_stand_in_fits(inquiry->call) ? RP_EXPLAINED : RP_REFUSE));
    rp_trace_tell(inquiry->settings, inquiry->call->door, trace);
    return silent ? RP_REFUSE : explain(inquiry, outcome, exchange, line);
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
                                   .start = rp_sys_clock(CLOCK_MONOTONIC),
                                   .patience = RP_TRANSPORT_PATIENCE_NS,
                                   .trace = &inquiry->start->trace};
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
    if (rp_outcome_is_unanswered(outcome) && rp_request_is_truncated(question))
        outcome = RP_TOO_LONG;
    inquiry->start->trace.steps[RP_STEP_ANSWER] = (int16_t)(RP_WORD_OUTCOME + (int)outcome);
    effect = rp_outcome_effect(outcome, inquiry->mode, settings->fail_open);
    if (effect == RP_REFUSE)
        return refuse(inquiry, outcome, &exchange, buffer);
    if (rp_outcome_is_unanswered(outcome))
        note_journal(
            inquiry, RP_STEP_JOURNAL,
            rp_journal_append(settings, question, RP_JOURNAL_UNANSWERED, 0, buffer, sizeof buffer));
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

/* A verdict is used only when the log will know of it. */
APART static bool note_verdict(struct inquiry *inquiry) {
    const struct rp_state_file *file = &inquiry->file;
    char buffer[HIT_BYTES];
    bool written;
    rp_load_make_up_id(inquiry->start->id, file->now, inquiry->question.pid);
    inquiry->question.now = file->now;
    written = rp_journal_append(inquiry->settings, &inquiry->question, RP_JOURNAL_TABLE_HIT, 0,
                                buffer, sizeof buffer);
    inquiry->question.now = 0;
    note_journal(inquiry, RP_STEP_HIT, written);
    return written;
}

/* The question is whole: looks for its verdict, else asks. */
static enum rp_effect decide(struct inquiry *inquiry) {
    const struct rp_settings *settings = inquiry->settings;
    /* A verdict is for everybody who has no token: less may be allowed to who has one. */
    bool allowed = settings->captured && settings->token == NULL &&
                   rp_state_tables_allow(&inquiry->file, &inquiry->question);
    rp_state_file_close(&inquiry->file);
    inquiry->start->trace.steps[RP_STEP_VERDICT] = allowed ? RP_WORD_HIT : RP_WORD_MISS;
    if (allowed && note_verdict(inquiry))
        return RP_RUN;
    rp_load_make_id(inquiry->start->id);
    return ask(inquiry);
}

static enum rp_effect ask_from(struct inquiry *inquiry, const char *cwd, long result) {
    struct rp_path *exe = &inquiry->question.exe;
    bool known = result > 0 && cwd[0] == '/';
    inquiry->question.cwd = known ? cwd : NULL;
    if (known && !is_absolute(exe)) {
        exe->piece[0] = cwd;
        exe->len[0] = rp_memory_length(cwd);
    }
    return decide(inquiry);
}

/* Tries with little stack first. */
APART static enum rp_effect ask_from_cwd(struct inquiry *inquiry, size_t cap) {
    char *cwd = __builtin_alloca(cap);
    long result = rp_sys_getcwd(cwd, cap);
    if (result == -ERANGE && cap < LAST_PATH_BYTES)
        return ask_from_cwd(inquiry, LAST_PATH_BYTES);
    return ask_from(inquiry, cwd, result);
}

/* Finds what would be started, where exec would find it. */
APART static void find_target(struct inquiry *inquiry, struct rp_target *target) {
    const struct rp_call *call = inquiry->call;
    struct rp_path *exe = &inquiry->question.exe;
    memset(exe, 0, sizeof *exe);
    if (call->searches) {
        const char *path = rp_lookup_path(rp_load_environment(), inquiry->settings->musl);
        rp_lookup_find(call->path, path, &inquiry->file, target, exe);
    } else {
        rp_target_inspect(call->directory, call->path, call->flags, &inquiry->file, target);
        exe->piece[2] = call->path;
        exe->len[2] = call->path == NULL ? 0 : rp_memory_length(call->path);
    }
}

/* What is put into the question before anything is looked at that may change. */
static void describe(struct inquiry *inquiry, const struct rp_target *target) {
    const struct rp_settings *settings = inquiry->settings;
    const struct rp_call *call = inquiry->call;
    struct rp_question *question = &inquiry->question;
    rp_load_introduce(question);
    question->path = call->path;
    question->argv = call->argv;
    question->text = call->text;
    question->door = call->door;
    question->enforce = settings->mode == RP_ENFORCE;
    question->guardable = target->guardable;
}

/* The name under which the child will go, unless it turns out to be another agent; else NULL. */
static const char *agent_of_child(const struct inquiry *inquiry) {
    const struct rp_settings *settings = inquiry->settings;
    return settings->own_agent
               ? settings->agent
               : rp_names_find(inquiry->call->environment, rp_names_variables[RP_AGENT]);
}

/* Makes RAMPART_AGENT=NAME of a program that is known to be an agent's. */
static bool recognise_agent(struct inquiry *inquiry, const char *current) {
    struct rp_start *start = inquiry->start;
    enum { NAME_BYTES = sizeof "RAMPART_AGENT" - 1 };
    char *name = start->agent + NAME_BYTES + 1;
    bool is_agent =
        !start->target.plain &&
        rp_state_tables_find_agent(&inquiry->file, &inquiry->question.exe, current, name);
    if (*name != '\0') {
        memcpy(start->agent, rp_names_variables[RP_AGENT], NAME_BYTES);
        name[-1] = '=';
    }
    return is_agent;
}

/* Whether nobody is to be asked: nothing here hints at an agent, and a person may do as they like.
 */
static bool is_unwatched(struct inquiry *inquiry, bool is_agent) {
    struct rp_question *question = &inquiry->question;
    question->markers =
        inquiry->settings->markers | rp_names_find_markers(inquiry->call->environment);
    return !is_agent && question->markers == 0 &&
           rp_state_tables_is_dormant(&inquiry->file, question->sid);
}

/* Asks, unless the state file says that nobody is to be asked. */
static enum rp_effect judge_path(struct inquiry *inquiry) {
    struct rp_start *start = inquiry->start;
    struct rp_path *exe = &inquiry->question.exe;
    int16_t *steps = start->trace.steps;
    enum rp_mode wanted = rp_state_file_mode(&inquiry->file);
    const char *current = agent_of_child(inquiry);
    bool is_agent = recognise_agent(inquiry, current) || current != NULL;
    inquiry->mode = wanted > inquiry->mode ? wanted : inquiry->mode;
    steps[RP_STEP_MODE] = (int16_t)(RP_WORD_MODE + (int)inquiry->mode);
    if (inquiry->mode == RP_DISABLED)
        return RP_RUN;
    steps[RP_STEP_SESSION] = is_unwatched(inquiry, is_agent) ? RP_WORD_DORMANT : RP_WORD_WATCHED;
    if (steps[RP_STEP_SESSION] == RP_WORD_DORMANT)
        return RP_RUN;
    inquiry->question.id = start->id;
    start->recorded = true;
    if (!is_absolute(exe)) {
        trim(exe, 1);
        if (exe->len[1] == 0)
            trim(exe, 2);
    }
    return ask_from_cwd(inquiry, FIRST_PATH_BYTES);
}

/* The path of a descriptor stands in front of what was given with it. */
static enum rp_effect judge_link(struct inquiry *inquiry, const char *link, size_t len) {
    struct rp_path *exe = &inquiry->question.exe;
    enum rp_effect effect;
    exe->piece[0] = link;
    exe->len[0] = len;
    if (*inquiry->call->path == '\0')
        inquiry->question.path = link;
    effect = judge_path(inquiry);
    /* The link is gone when its finder returns. */
    exe->piece[0] = NULL;
    inquiry->question.path = NULL;
    return effect;
}

static void descriptor_path(int descriptor, char *into) {
    char *at = rp_memory_append(into, "/proc/self/fd/");
    at[rp_memory_decimal(at, descriptor > 0 ? (unsigned long long)descriptor : 0)] = '\0';
}

APART static enum rp_effect judge_descriptor(struct inquiry *inquiry, size_t cap) {
    char *link = __builtin_alloca(cap);
    long len;
    /* The kernel has read the whole path when it writes the link over it. */
    descriptor_path(inquiry->call->directory, link);
    len = rp_sys_readlink(link, link, cap - 1);
    if (len == (long)cap - 1 && cap < LAST_PATH_BYTES)
        return judge_descriptor(inquiry, LAST_PATH_BYTES);
    if (len >= 0)
        link[len] = '\0';
    return judge_link(inquiry, link, rp_memory_length(link));
}

APART enum rp_effect rp_guard_judge(const struct rp_settings *settings, const struct rp_call *call,
                                    struct rp_start *start) {
    struct inquiry inquiry;
    int16_t *steps = start->trace.steps;
    enum rp_effect effect;
    memset(start, 0, sizeof *start);
    memset(&inquiry, 0, sizeof inquiry);
    inquiry.settings = settings;
    inquiry.call = call;
    inquiry.start = start;
    inquiry.mode = settings->mode;
    rp_state_file_start(&inquiry.file, settings);
    find_target(&inquiry, &start->target);
    /* A path that file actions give another start cannot be judged from here: ask all the same. */
    if (start->target.presence < RP_RUNNABLE &&
        !(call->moves && !is_absolute(&inquiry.question.exe))) {
        steps[RP_STEP_TARGET] = RP_WORD_ABSENT;
        return RP_RUN;
    }
    steps[RP_STEP_MODE] = (int16_t)(RP_WORD_MODE + (int)settings->mode);
    if (settings->mode == RP_DISABLED)
        return RP_RUN;
    rp_state_file_open(&inquiry.file);
    steps[RP_STEP_STATE_FILE] = (int16_t)inquiry.file.told;
    describe(&inquiry, &start->target);
    if (call->directory != AT_FDCWD && !is_absolute(&inquiry.question.exe))
        effect = judge_descriptor(&inquiry, FIRST_PATH_BYTES);
    else
        effect = judge_path(&inquiry);
    rp_state_file_close(&inquiry.file);
    return effect;
}
