/* The doors that run a shell. They wait, and a thread may be cancelled while it waits in one: their
   frames can be unwound. */

#include "interpose.h"
#include "launch.h"
#include "load.h"
#include "real.h"
#include "sys.h"
#include "words.h"

enum { NO_COMMANDS = 4 /* WRDE_NOCMD */ };

/* Everything that runs a shell takes the live environment. It is exchanged around the call. A
   vector that was replaced meanwhile is left in place. */
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
    rp_function real = rp_real_door((enum rp_real_door)call->real);
    if (real == NULL)
        return rp_interpose_missing(call->refusal);
    if (call->refusal == RP_RETURNS_NULL)
        return (intptr_t)((rp_door_popen *)real)(call->text, call->type);
    if (call->refusal == RP_RETURNS_CMDSUB)
        return ((rp_door_wordexp *)real)(call->text, call->words, call->word_flags);
    return ((rp_door_system *)real)(call->text);
}

static intptr_t run_shell(const struct rp_call *call, rp_strings environment) {
    rp_strings own = exchange_environment(environment);
    intptr_t result = run_real(call);
    if (!call->keeps)
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
    /* Another thread may read the environment at any time, libc's own functions among them, which
       then hold the vector until their shell has started: it must neither go nor be what it was
       before. */
    call->keeps = rp_sys_has_threads();
    return starts ? rp_launch_call(call) : rp_launch_unasked(call);
}

int system(const char *command) {
    struct rp_call call = {
        .door = rp_real_doors[RP_DOOR_system], .text = command, .real = RP_DOOR_system};
    return (int)enter(&call, command != NULL);
}

/* Whether libc takes a mode of popen: glibc what has just one of two ways, musl what begins with
 * one. */
static bool is_mode(const char *mode) {
    enum { READS = 1, WRITES = 2, OTHER = 4 };
    bool musl = rp_load_settings()->musl;
    unsigned seen = 0;
    for (; *mode != '\0'; mode++) {
        seen |= *mode == 'r' ? READS : *mode == 'w' ? WRITES : *mode == 'e' ? 0 : OTHER;
        if (musl)
            break;
    }
    return seen == READS || seen == WRITES;
}

/* Where libc has _IO_popen, it is popen. */
static void *enter_popen(const char *door, const char *command, const char *type) {
    struct rp_call call = {.door = door,
                           .text = command,
                           .refusal = RP_RETURNS_NULL,
                           .real = RP_DOOR_popen,
                           .type = type};
    /* A type that libc will not take starts nothing. */
    return (void *)enter(&call, command != NULL && type != NULL && is_mode(type));
}

void *popen(const char *command, const char *type) {
    return enter_popen(rp_real_doors[RP_DOOR_popen], command, type);
}

void *_IO_popen(const char *command, const char *type) {
    return enter_popen(rp_real_doors[RP_DOOR__IO_popen], command, type);
}

int wordexp(const char *words, void *result, int flags) {
    struct rp_call call = {.door = rp_real_doors[RP_DOOR_wordexp],
                           .text = words,
                           .refusal = RP_RETURNS_CMDSUB,
                           .real = RP_DOOR_wordexp,
                           .words = result,
                           .word_flags = flags};
    return (int)enter(&call,
                      words != NULL && (flags & NO_COMMANDS) == 0 && rp_words_substitute(words));
}
