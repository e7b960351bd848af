/* One small function per door; no logic. Each describes its call and enters the funnel; the run_…
   functions are the way out of it, to the real definition. Those that run a shell stand in
   interpose_shell.c. */

#include "interpose.h"
#include "launch.h"
#include "load.h"
#include "real.h"
#include "sys.h"

#include <stdarg.h>

#define DOOR(name) rp_real_doors[RP_DOOR_##name]

typedef char *const *rp_vector;

static rp_vector vector(rp_strings strings) {
    return (rp_vector)(uintptr_t)strings;
}

intptr_t rp_interpose_missing(enum rp_refusal refusal) {
    *rp_sys_errno() = ENOSYS;
    return refusal == RP_RETURNS_ERROR ? ENOSYS : refusal == RP_RETURNS_NULL ? 0 : -1;
}

static intptr_t kernel_result(long result) {
    if (result >= 0)
        return result;
    *rp_sys_errno() = (int)-result;
    return -1;
}

static intptr_t run_execve(const struct rp_call *call, rp_strings environment) {
    rp_door_execve *real = RP_REAL(execve);
    if (real == NULL)
        return kernel_result(RP_SYS3(SYS_execve, call->path, call->argv, environment));
    return real(call->path, vector(call->argv), vector(environment));
}

static intptr_t run_execvpe(const struct rp_call *call, rp_strings environment) {
    rp_door_execvpe *real = RP_REAL(execvpe);
    if (real == NULL)
        return rp_interpose_missing(call->refusal);
    return real(call->path, vector(call->argv), vector(environment));
}

static intptr_t run_execveat(const struct rp_call *call, rp_strings environment) {
    rp_door_execveat *real = RP_REAL(execveat);
    if (real == NULL)
        return kernel_result(RP_SYS5(SYS_execveat, call->directory, call->path, call->argv,
                                     environment, call->flags));
    return real(call->directory, call->path, vector(call->argv), vector(environment), call->flags);
}

static intptr_t run_fexecve(const struct rp_call *call, rp_strings environment) {
    rp_door_fexecve *real = RP_REAL(fexecve);
    if (real == NULL)
        return rp_interpose_missing(call->refusal);
    return real(call->directory, vector(call->argv), vector(environment));
}

/* All four are alike. */
static intptr_t run_spawn(const struct rp_call *call, rp_strings environment) {
    rp_door_posix_spawn *real = (rp_door_posix_spawn *)rp_real_door((enum rp_real_door)call->real);
    if (real == NULL)
        return rp_interpose_missing(call->refusal);
    return real(call->pid, call->path, call->actions, call->attributes, vector(call->argv),
                vector(environment));
}

static int enter_exec(const char *door, const char *path, rp_strings argv, rp_strings environment) {
    struct rp_call call = {.door = door,
                           .path = path,
                           .argv = argv,
                           .environment = environment,
                           .run = run_execve,
                           .directory = AT_FDCWD};
    return (int)rp_launch_call(&call);
}

static int enter_search(const char *door, const char *file, rp_strings argv,
                        rp_strings environment) {
    struct rp_call call = {.door = door,
                           .path = file,
                           .argv = argv,
                           .environment = environment,
                           .run = run_execvpe,
                           .directory = AT_FDCWD,
                           .searches = true};
    return (int)rp_launch_call(&call);
}

int execve(const char *path, char *const argv[], char *const envp[]) {
    return enter_exec(DOOR(execve), path, (rp_strings)argv, (rp_strings)envp);
}

int execv(const char *path, char *const argv[]) {
    return enter_exec(DOOR(execv), path, (rp_strings)argv, rp_load_environment());
}

int execvp(const char *file, char *const argv[]) {
    return enter_search(DOOR(execvp), file, (rp_strings)argv, rp_load_environment());
}

int execvpe(const char *file, char *const argv[], char *const envp[]) {
    return enter_search(DOOR(execvpe), file, (rp_strings)argv, (rp_strings)envp);
}

/* What stands behind the first argument of a variadic door. In a struct, so that it can be passed
   as a pointer: on some machines a va_list by itself is passed as a copy. */
struct list {
    va_list at;
};

/* How many arguments a list has, with the NULL at its end. */
__attribute__((noinline)) static size_t count_list(const char *first, struct list *list) {
    size_t count = 1;
    for (const char *at = first; at != NULL; at = va_arg(list->at, const char *))
        count++;
    return count;
}

/* Leaves the list behind the NULL. */
__attribute__((noinline)) static void take_list(rp_vector into, const char *first,
                                                struct list *list) {
    const char **at = (const char **)(uintptr_t)into;
    for (*at = first; *at != NULL; *++at = va_arg(list->at, const char *))
        continue;
}

/* The arguments become a vector on the stack, where libc has it too. */
static int enter_list(const char *door, const char *path, const char *first, struct list *list) {
    struct list counted;
    rp_strings environment = rp_load_environment();
    rp_vector argv;
    va_copy(counted.at, list->at);
    argv = __builtin_alloca(count_list(first, &counted) * sizeof(char *));
    va_end(counted.at);
    take_list(argv, first, list);
    if (door == DOOR(execlp))
        return enter_search(door, path, (rp_strings)argv, environment);
    if (door == DOOR(execle))
        environment = va_arg(list->at, rp_strings);
    return enter_exec(door, path, (rp_strings)argv, environment);
}

/* None is given a fraction: the registers for those need not be kept. */
#if defined(__x86_64__) && defined(__clang__)
#define WITHOUT_FRACTIONS __attribute__((target("no-sse")))
#else
#define WITHOUT_FRACTIONS
#endif

#define VARIADIC(name)                                                                             \
    WITHOUT_FRACTIONS int name(const char *path, const char *argument, ...) {                      \
        struct list list;                                                                          \
        int result;                                                                                \
        va_start(list.at, argument);                                                               \
        result = enter_list(DOOR(name), path, argument, &list);                                    \
        va_end(list.at);                                                                           \
        return result;                                                                             \
    }
VARIADIC(execl)
VARIADIC(execle)
VARIADIC(execlp)

int execveat(int directory, const char *path, char *const argv[], char *const envp[], int flags) {
    struct rp_call call = {.door = DOOR(execveat),
                           .path = path,
                           .argv = (rp_strings)argv,
                           .environment = (rp_strings)envp,
                           .run = run_execveat,
                           .directory = directory,
                           .flags = flags};
    return (int)rp_launch_call(&call);
}

int fexecve(int fd, char *const argv[], char *const envp[]) {
    struct rp_call call = {.door = DOOR(fexecve),
                           .path = "",
                           .argv = (rp_strings)argv,
                           .environment = (rp_strings)envp,
                           .run = run_fexecve,
                           .directory = fd,
                           .flags = AT_EMPTY_PATH};
    /* glibc refuses a NULL environment; an armed one would hide that. */
    if (envp == NULL && !rp_load_settings()->musl)
        return (int)rp_launch_unasked(&call);
    return (int)rp_launch_call(&call);
}

/* The arguments of the spawn family. */
#define SPAWN_PARAMETERS                                                                           \
    int *pid, const char *path, const void *actions, const void *attributes, char *const argv[],   \
        char *const envp[]

static int enter_spawn(SPAWN_PARAMETERS, enum rp_real_door door, bool searches) {
    struct rp_call call = {.door = rp_real_doors[door],
                           .path = path,
                           .argv = (rp_strings)argv,
                           .environment = (rp_strings)envp,
                           .run = run_spawn,
                           .directory = AT_FDCWD,
                           .refusal = RP_RETURNS_ERROR,
                           .searches = searches,
                           .moves = actions != NULL,
                           .pid = pid,
                           .actions = actions,
                           .attributes = attributes,
                           .real = (int)door};
    return (int)rp_launch_call(&call);
}

#define SPAWN(name, searches)                                                                      \
    int name(SPAWN_PARAMETERS) {                                                                   \
        return enter_spawn(pid, path, actions, attributes, argv, envp, RP_DOOR_##name, searches);  \
    }
SPAWN(posix_spawn, false)
SPAWN(posix_spawnp, true)
SPAWN(pidfd_spawn, false)
SPAWN(pidfd_spawnp, true)
