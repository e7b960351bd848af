#ifndef RP_CALL_H
#define RP_CALL_H

#include <stdbool.h>
#include <stdint.h>

/* How a door says no; errno says why in each case. */
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
    int real;         /* of the spawn family and what runs a shell: the enum rp_real_door */
    const char *type; /* of popen */
    void *words;      /* of wordexp */
    int word_flags;   /* of wordexp */
    bool keeps;       /* the environment of the real call stays in force: it outlives the call */
};

#endif
