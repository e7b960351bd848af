/* The doors that run a shell. They wait, and a thread may be cancelled while it waits in one: their
   frames can be unwound. */

#include "interpose.h"
#include "launch.h"
#include "load.h"
#include "real.h"
#include "sys.h"
#include "words.h"

enum { NO_COMMANDS = 4 /* WRDE_NOCMD */ };

/* Everything that runs a shell takes the live environment. It is exchanged around the call: another
   thread that calls setenv meanwhile may lose its change, as it may without us, because libc's own
   functions read the vector unlocked. A vector that was replaced meanwhile is left in place. */
static rp_strings exchange_environment(rp_strings environment) {
    rp_strings own = rp_load_environment();
    if (environment != own)
        rp_load_set_environment(environment);
    return own;
}

static void restore_environment(rp_strings environment, rp_strings own) {
    if (environment != own && rp_load_environment() == environment)
        rp_load_set_environment(own);
}

static intptr_t run_real(const struct rp_call *call) {
    switch (call->refusal) {
    case RP_RETURNS_NULL:
        if (rp_real.popen != NULL)
            return (intptr_t)rp_real.popen(call->text, call->type);
        if (rp_real._IO_popen != NULL)
            return (intptr_t)rp_real._IO_popen(call->text, call->type);
        break;
    case RP_RETURNS_CMDSUB:
        if (rp_real.wordexp != NULL)
            return rp_real.wordexp(call->text, call->words, call->word_flags);
        break;
    default:
        if (rp_real.system != NULL)
            return rp_real.system(call->text);
        break;
    }
    return rp_interpose_missing(call->refusal);
}

static intptr_t run_shell(const struct rp_call *call, rp_strings environment) {
    rp_strings own = exchange_environment(environment);
    intptr_t result = run_real(call);
    restore_environment(environment, own);
    return result;
}

/* Fills in what all of these calls have, and makes the call; one that starts nothing is not asked
   about. */
static intptr_t enter(struct rp_call *call, bool starts) {
    call->path = "/bin/sh";
    call->environment = rp_load_environment();
    call->run = run_shell;
    call->directory = AT_FDCWD;
    return starts ? rp_launch_call(call) : rp_launch_unasked(call);
}

int system(const char *command) {
    struct rp_call call = {.door = "system", .text = command};
    return (int)enter(&call, command != NULL);
}

static void *enter_popen(const char *door, const char *command, const char *type) {
    struct rp_call call = {.door = door, .text = command, .refusal = RP_RETURNS_NULL, .type = type};
    /* A type that libc will not take starts nothing. */
    return (void *)enter(&call, command != NULL && type != NULL &&
                                    (type[0] == 'r' || type[0] == 'w' || type[0] == 'e'));
}

void *popen(const char *command, const char *type) {
    return enter_popen("popen", command, type);
}

void *_IO_popen(const char *command, const char *type) {
    return enter_popen("_IO_popen", command, type);
}

int wordexp(const char *words, void *result, int flags) {
    struct rp_call call = {.door = "wordexp",
                           .text = words,
                           .refusal = RP_RETURNS_CMDSUB,
                           .words = result,
                           .word_flags = flags};
    return (int)enter(&call,
                      words != NULL && (flags & NO_COMMANDS) == 0 && rp_words_substitute(words));
}
