#include "launch.h"

#include "ending.h"
#include "environment.h"
#include "guard.h"
#include "load.h"
#include "memory.h"
#include "reach.h"
#include "sys.h"

#include <pthread.h>

enum {
    /* An armed environment of 512 entries and a loader list stay on the stack. */
    STACK_ENVIRONMENT_BYTES = 513 * sizeof(char *) + 1024,
    ONLY_CHECKS =
        0x10000, /* AT_EXECVE_CHECK: the kernel says whether it would, and starts nothing */
};

#define APART __attribute__((noinline))

/* One call on its way to the real one. */
struct launch {
    const struct rp_settings *settings;
    const struct rp_call *call;
    struct rp_start start;
    struct rp_child child;
};

/* Whether a shell has room for its text and that environment, by the kernel's own count: where it
   does not start, system and its like come back as if it had, and could not be called again. */
static bool has_room(const struct rp_call *call, const char *const *environment) {
    enum {
        LEAST_BYTES = 131072,
        MOST_BYTES = 6291456,
        SHELL_BYTES =
            sizeof "/bin/sh" + sizeof "sh" + sizeof "-c" + sizeof "--" + 4 * sizeof(char *),
    };
    uint64_t limit = rp_sys_limit(RLIMIT_STACK) / 4;
    size_t total = SHELL_BYTES + rp_memory_length(call->text) + 1;
    for (; *environment != NULL; environment++)
        total += rp_memory_length(*environment) + 1 + sizeof *environment;
    limit = limit > MOST_BYTES ? MOST_BYTES : limit;
    return total <= (limit < LEAST_BYTES ? LEAST_BYTES : limit);
}

/* Runs with an armed environment; when that is too big for the kernel, with the caller's own. An
   exec that succeeds does not come back, so it is told before. */
static intptr_t run_with(struct launch *launch, void *block) {
    const struct rp_settings *settings = launch->settings;
    const struct rp_call *call = launch->call;
    const char **armed = block;
    (void)rp_environment_arm(settings, call->environment, &launch->child, armed);
    if (call->text == NULL || has_room(call, armed)) {
        intptr_t result = call->run(call, armed);
        if (call->text != NULL || rp_ending_error(call, result) != E2BIG)
            return result;
    }
    rp_ending_report(settings, call, &launch->start, RP_JOURNAL_UNGUARDED, 0);
    launch->start.trace.steps[RP_STEP_ENVIRONMENT] = RP_WORD_DROPPED;
    rp_trace_tell(settings, call->door, &launch->start.trace);
    return call->run(call, call->environment);
}

/* Stated leaks: an exec that succeeds in a vfork child leaves the mapping to its parent, and an
   environment that stays in force stays. */
static intptr_t run_mapped(struct launch *launch, size_t bytes) {
    void *block = rp_sys_map(bytes);
    intptr_t result;
    if (block == NULL)
        return rp_ending_refuse(launch->call, ENOMEM);
    result = run_with(launch, block);
    if (!launch->call->keeps)
        rp_sys_unmap(block, bytes);
    return result;
}

/* `bytes` is what its armed environment takes. */
static intptr_t run_armed(struct launch *launch, size_t bytes) {
    const struct rp_call *call = launch->call;
    if (bytes == 0)
        return call->run(call, call->environment);
    if (bytes > STACK_ENVIRONMENT_BYTES || call->keeps)
        return run_mapped(launch, bytes);
    return run_with(launch, __builtin_alloca(bytes));
}

intptr_t rp_launch_unasked(const struct rp_call *call) {
    (void)rp_load_settings();
    return call->run(call, call->environment);
}

intptr_t rp_launch_call(const struct rp_call *call) {
    struct launch launch;
    struct rp_trace *trace = &launch.start.trace;
    enum rp_effect effect;
    int saved = rp_sys_keep_errno();
    size_t bytes = 0;
    intptr_t result;
    int cancellation;
    int error;
    launch.settings = rp_load_settings();
    launch.call = call;
    /* What the kernel cannot read either starts nothing. */
    if (launch.settings->inert || (call->flags & ONLY_CHECKS) != 0 || !rp_reach_call(call))
        return call->run(call, call->environment);
    /* A thread that is cancelled at once would leave open what the question opens. */
    cancellation = rp_sys_set_cancellation(PTHREAD_CANCEL_DEFERRED);
    effect = rp_guard_judge(launch.settings, call, &launch.start);
    if (cancellation != PTHREAD_CANCEL_DEFERRED)
        (void)rp_sys_set_cancellation(cancellation);
    if (effect == RP_REFUSE)
        return rp_ending_refuse(call, EPERM);
    if (effect == RP_RUN) {
        launch.child.sanitized = launch.start.target.sanitized;
        launch.child.agent = launch.start.agent[0] == '\0' ? NULL : launch.start.agent;
        bytes = rp_environment_arm(launch.settings, call->environment, &launch.child, NULL);
        trace->steps[RP_STEP_DECISION] = RP_WORD_EFFECT;
        trace->steps[RP_STEP_ENVIRONMENT] = bytes == 0 ? RP_WORD_UNCHANGED : RP_WORD_CHANGED;
        /* An exec that succeeds does not come back. */
        rp_trace_tell(launch.settings, call->door, trace);
    }
    rp_sys_give_errno(saved);
    result = effect == RP_RUN ? run_armed(&launch, bytes) : 0;
    error = rp_ending_error(call, result);
    /* A shell that did not start is no start of its own. */
    if (error != 0 && call->text == NULL)
        rp_ending_report(launch.settings, call, &launch.start, RP_JOURNAL_EXEC_FAILED, error);
    trace->steps[RP_STEP_RESULT] = (int16_t)(error == 0 ? RP_WORD_OK : -error);
    rp_trace_tell(launch.settings, call->door, trace);
    return result;
}
