/* The doors of macOS. Every other function of libSystem that starts a program comes through one of
   these, and dyld binds that inner call to us as well: execl to execve, posix_spawnp, system and
   popen to posix_spawn. In this library the plain names are the real functions. */

#include "launch.h"
#include "load.h"
#include "memory.h"
#include "state_file.h"
#include "sys.h"
#include "target.h"

typedef const char *const *rp_strings;
typedef char *const *rp_vector;

extern int execve(const char *path, rp_vector argv, rp_vector envp);
extern int posix_spawn(int *pid, const char *path, const void *actions, const void *attributes,
                       rp_vector argv, rp_vector envp);
/* The same two as the kernel has them; the second takes actions and attributes as one. */
extern int __execve(const char *path, rp_vector argv, rp_vector envp);
extern int __posix_spawn(int *pid, const char *path, const void *description, rp_vector argv,
                         rp_vector envp);

static rp_vector vector(rp_strings strings) {
    return (rp_vector)(uintptr_t)strings;
}

/* How much room an environment without this library takes: a vector, and a loader list that is no
   longer than it was. */
static size_t measure_without(rp_strings environment) {
    size_t bytes = sizeof *environment;
    for (; *environment != NULL; environment++) {
        bytes += sizeof *environment;
        if (rp_names_value(*environment, RP_NAMES_LOADER) != NULL)
            bytes += rp_memory_length(*environment) + 1;
    }
    return bytes;
}

/* Writes a loader list without this library; NULL when nothing is left of it. */
static const char *write_list(const char *list, const char *library, char **at) {
    char *start = *at;
    char *into = start;
    size_t library_len = rp_memory_length(library);
    size_t len;
    const char *entry;
    memcpy(into, RP_NAMES_LOADER_PREFIX, sizeof RP_NAMES_LOADER_PREFIX - 1);
    into += sizeof RP_NAMES_LOADER_PREFIX - 1;
    while ((entry = rp_names_next_entry(&list, &len)) != NULL) {
        if (len == library_len && memcmp(entry, library, len) == 0)
            continue;
        memcpy(into, entry, len);
        into[len] = ':';
        into += len + 1;
    }
    if (into == start + sizeof RP_NAMES_LOADER_PREFIX - 1)
        return NULL;
    into[-1] = '\0';
    *at = into;
    return start;
}

/* The environment without this library, in a block that was measured. */
static rp_strings drop_library(rp_strings environment, const char *library, void *block) {
    const char **into = block;
    size_t count = 0;
    char *text;
    while (environment[count] != NULL)
        count++;
    text = (char *)(into + count + 1);
    for (; *environment != NULL; environment++) {
        const char *list = rp_names_value(*environment, RP_NAMES_LOADER);
        const char *kept = list == NULL ? *environment : write_list(list, library, &text);
        if (kept != NULL)
            *into++ = kept;
    }
    *into = NULL;
    return block;
}

/* dyld ends a program that an inserted library cannot be loaded into, so such a one starts without
   ours. It is not guarded, and the question has said so. */
static bool takes_library(const struct rp_call *call) {
    struct rp_state_file file;
    struct rp_target target;
    rp_state_file_start(&file, rp_load_settings());
    rp_target_inspect(AT_FDCWD, call->path, 0, &file, &target);
    rp_state_file_close(&file);
    return target.guardable;
}

#define WITH_ENVIRONMENT(call, environment)                                                        \
    do {                                                                                           \
        const char *library = rp_load_settings()->library;                                         \
        if (environment != NULL && library != NULL && !takes_library(call))                        \
            environment = drop_library(environment, library,                                       \
                                       __builtin_alloca(measure_without(environment)));            \
    } while (0)

static intptr_t run_execve(const struct rp_call *call, rp_strings environment) {
    WITH_ENVIRONMENT(call, environment);
    return execve(call->path, vector(call->argv), vector(environment));
}

static intptr_t run_inner_execve(const struct rp_call *call, rp_strings environment) {
    WITH_ENVIRONMENT(call, environment);
    return __execve(call->path, vector(call->argv), vector(environment));
}

static intptr_t run_posix_spawn(const struct rp_call *call, rp_strings environment) {
    WITH_ENVIRONMENT(call, environment);
    return posix_spawn(call->pid, call->path, call->actions, call->attributes, vector(call->argv),
                       vector(environment));
}

static intptr_t run_inner_posix_spawn(const struct rp_call *call, rp_strings environment) {
    WITH_ENVIRONMENT(call, environment);
    return __posix_spawn(call->pid, call->path, call->actions, vector(call->argv),
                         vector(environment));
}

static int enter_execve(const char *path, rp_vector argv, rp_vector envp) {
    struct rp_call call = {.door = "execve",
                           .path = path,
                           .argv = (rp_strings)argv,
                           .environment = (rp_strings)envp,
                           .run = run_execve,
                           .directory = AT_FDCWD};
    return (int)rp_launch_call(&call);
}

static int enter_inner_execve(const char *path, rp_vector argv, rp_vector envp) {
    struct rp_call call = {.door = "execve",
                           .path = path,
                           .argv = (rp_strings)argv,
                           .environment = (rp_strings)envp,
                           .run = run_inner_execve,
                           .directory = AT_FDCWD};
    return (int)rp_launch_call(&call);
}

static int enter_posix_spawn(int *pid, const char *path, const void *actions,
                             const void *attributes, rp_vector argv, rp_vector envp) {
    struct rp_call call = {.door = "posix_spawn",
                           .path = path,
                           .argv = (rp_strings)argv,
                           .environment = (rp_strings)envp,
                           .run = run_posix_spawn,
                           .directory = AT_FDCWD,
                           .refusal = RP_RETURNS_ERROR,
                           .moves = actions != NULL,
                           .pid = pid,
                           .actions = actions,
                           .attributes = attributes};
    return (int)rp_launch_call(&call);
}

/* The kernel's own entry says no as a system call does. */
static int enter_inner_posix_spawn(int *pid, const char *path, const void *description,
                                   rp_vector argv, rp_vector envp) {
    struct rp_call call = {.door = "posix_spawn",
                           .path = path,
                           .argv = (rp_strings)argv,
                           .environment = (rp_strings)envp,
                           .run = run_inner_posix_spawn,
                           .directory = AT_FDCWD,
                           .moves = description != NULL,
                           .pid = pid,
                           .actions = description};
    return (int)rp_launch_call(&call);
}

/* dyld reads pairs of functions: ours, and the one that callers are bound to ours instead of. */
#define INTERPOSE(ours, theirs)                                                                    \
    __attribute__((used, section("__DATA,__interpose"))) static const struct {                     \
        const void *replacement;                                                                   \
        const void *replaced;                                                                      \
    } interpose_##theirs = {(const void *)(uintptr_t)(ours), (const void *)(uintptr_t)(theirs)}

INTERPOSE(enter_execve, execve);
INTERPOSE(enter_inner_execve, __execve);
INTERPOSE(enter_posix_spawn, posix_spawn);
INTERPOSE(enter_inner_posix_spawn, __posix_spawn);
