#ifndef RP_GUARD_H
#define RP_GUARD_H

#include "outcome.h"
#include "settings.h"

/* The funnel that every door leads into: find → ask → refuse or run. */

/* How a door says no; errno is EPERM in each case. */
enum rp_refusal {
    RP_RETURNS_MINUS_ONE, /* exec, system */
    RP_RETURNS_ERROR,     /* the spawn family: the error number itself */
    RP_RETURNS_NULL,      /* popen */
    RP_RETURNS_CMDSUB,    /* wordexp: WRDE_CMDSUB */
};

/* One call of a door: its arguments as they came, and how to make the real call. */
struct rp_call {
    const char *door;
    const char *path;
    const char *const *argv;
    const char *text; /* of system, popen, wordexp; else NULL */
    const char *const *environment;
    /* Makes the real call with this environment in place of the call's own. */
    intptr_t (*run)(const struct rp_call *call, const char *const *environment);
    int directory; /* of execveat; the descriptor of fexecve */
    int flags;     /* of execveat; AT_EMPTY_PATH for fexecve */
    enum rp_refusal refusal;
    bool searches; /* the path is looked up in PATH */
    bool moves;    /* file actions may change the directory before the path is read */
    int *pid;      /* of the spawn family */
    const void *actions;
    const void *attributes;
    const char *type; /* of popen */
    void *words;      /* of wordexp */
    int word_flags;   /* of wordexp */
};

/* Decides the call and makes it, or refuses it. errno is the real call's, or EPERM. */
intptr_t rp_guard_run(const struct rp_call *call);

/* Makes a call that starts nothing, or that libc refuses by itself. */
intptr_t rp_guard_pass(const struct rp_call *call);

/* What an outcome of asking leads to. */
enum rp_effect { RP_RUN, RP_REFUSE };
enum rp_effect rp_guard_effect(enum rp_outcome outcome, enum rp_mode mode, bool fail_open);

/* Whether nobody could be asked, so that a run goes into the journal. */
bool rp_guard_is_unanswered(enum rp_outcome outcome);

#endif
