/* One small function per door; no logic. Each describes its call and enters the funnel; the run_…
   functions are the way out of it, to the real definition.

   The headers that declare these names are left out: they promise the compiler that no argument is
   NULL, and callers break that promise. */

#include "launch.h"
#include "load.h"
#include "real.h"
#include "sys.h"
#include "words.h"

#include <stdarg.h>

#define EXPORTED __attribute__((visibility("default")))

typedef const char *const *rp_strings;
typedef char *const *rp_vector;

enum { NO_COMMANDS = 4 /* WRDE_NOCMD */ };

#define RP_DOOR(name, result, parameters) EXPORTED result name parameters;
#include "doors.def"
#undef RP_DOOR

static rp_vector vector(rp_strings strings) {
    return (rp_vector)(uintptr_t)strings;
}

static intptr_t missing(enum rp_refusal refusal) {
    errno = ENOSYS;
    return refusal == RP_RETURNS_ERROR ? ENOSYS : refusal == RP_RETURNS_NULL ? 0 : -1;
}

static intptr_t kernel_result(long result) {
    if (result >= 0)
        return result;
    errno = (int)-result;
    return -1;
}

static intptr_t run_execve(const struct rp_call *call, rp_strings environment) {
    if (rp_real.execve == NULL)
        return kernel_result(RP_SYS3(SYS_execve, call->path, call->argv, environment));
    return rp_real.execve(call->path, vector(call->argv), vector(environment));
}

static intptr_t run_execvpe(const struct rp_call *call, rp_strings environment) {
    if (rp_real.execvpe == NULL)
        return missing(call->refusal);
    return rp_real.execvpe(call->path, vector(call->argv), vector(environment));
}

static intptr_t run_execveat(const struct rp_call *call, rp_strings environment) {
    if (rp_real.execveat == NULL)
        return kernel_result(RP_SYS5(SYS_execveat, call->directory, call->path, call->argv,
                                     environment, call->flags));
    return rp_real.execveat(call->directory, call->path, vector(call->argv), vector(environment),
                            call->flags);
}

static intptr_t run_fexecve(const struct rp_call *call, rp_strings environment) {
    if (rp_real.fexecve == NULL)
        return missing(call->refusal);
    return rp_real.fexecve(call->directory, vector(call->argv), vector(environment));
}

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

static intptr_t run_system(const struct rp_call *call, rp_strings environment) {
    rp_strings own;
    int result;
    if (rp_real.system == NULL)
        return missing(call->refusal);
    own = exchange_environment(environment);
    result = rp_real.system(call->text);
    restore_environment(environment, own);
    return result;
}

static intptr_t run_popen(const struct rp_call *call, rp_strings environment) {
    void *(*real)(const char *, const char *) =
        rp_real.popen != NULL ? rp_real.popen : rp_real._IO_popen;
    rp_strings own;
    void *result;
    if (real == NULL)
        return missing(call->refusal);
    own = exchange_environment(environment);
    result = real(call->text, call->type);
    restore_environment(environment, own);
    return (intptr_t)result;
}

static intptr_t run_wordexp(const struct rp_call *call, rp_strings environment) {
    rp_strings own;
    int result;
    if (rp_real.wordexp == NULL)
        return missing(call->refusal);
    own = exchange_environment(environment);
    result = rp_real.wordexp(call->text, call->words, call->word_flags);
    restore_environment(environment, own);
    return result;
}

#define RUN_SPAWN(name)                                                                            \
    static intptr_t run_##name(const struct rp_call *call, rp_strings environment) {               \
        if (rp_real.name == NULL)                                                                  \
            return missing(call->refusal);                                                         \
        return rp_real.name(call->pid, call->path, call->actions, call->attributes,                \
                            vector(call->argv), vector(environment));                              \
    }
RUN_SPAWN(posix_spawn)
RUN_SPAWN(posix_spawnp)
RUN_SPAWN(pidfd_spawn)
RUN_SPAWN(pidfd_spawnp)

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
    return enter_exec("execve", path, (rp_strings)argv, (rp_strings)envp);
}

int execv(const char *path, char *const argv[]) {
    return enter_exec("execv", path, (rp_strings)argv, rp_load_environment());
}

int execvp(const char *file, char *const argv[]) {
    return enter_search("execvp", file, (rp_strings)argv, rp_load_environment());
}

int execvpe(const char *file, char *const argv[], char *const envp[]) {
    return enter_search("execvpe", file, (rp_strings)argv, (rp_strings)envp);
}

/* How many arguments a list has, with the NULL at its end. */
__attribute__((noinline)) static size_t count_list(const char *first, va_list list) {
    size_t count = 1;
    for (const char *at = first; at != NULL; at = va_arg(list, const char *))
        count++;
    return count;
}

__attribute__((noinline)) static void take_list(rp_vector into, const char *first, va_list list) {
    const char **at = (const char **)(uintptr_t)into;
    for (*at = first; *at != NULL; *++at = va_arg(list, const char *))
        continue;
}

/* The arguments of a variadic door as a vector in the door's own frame, where libc has it too. */
#define VECTOR_OF_LIST(argv, first)                                                                \
    va_list list;                                                                                  \
    rp_vector argv;                                                                                \
    va_start(list, first);                                                                         \
    argv = __builtin_alloca(count_list(first, list) * sizeof(char *));                             \
    va_end(list);                                                                                  \
    va_start(list, first);                                                                         \
    take_list(argv, first, list)

int execl(const char *path, const char *argument, ...) {
    VECTOR_OF_LIST(argv, argument);
    va_end(list);
    return enter_exec("execl", path, (rp_strings)argv, rp_load_environment());
}

int execle(const char *path, const char *argument, ...) {
    rp_strings environment;
    VECTOR_OF_LIST(argv, argument);
    environment = va_arg(list, rp_strings);
    va_end(list);
    return enter_exec("execle", path, (rp_strings)argv, environment);
}

int execlp(const char *file, const char *argument, ...) {
    VECTOR_OF_LIST(argv, argument);
    va_end(list);
    return enter_search("execlp", file, (rp_strings)argv, rp_load_environment());
}

int execveat(int directory, const char *path, char *const argv[], char *const envp[], int flags) {
    struct rp_call call = {.door = "execveat",
                           .path = path,
                           .argv = (rp_strings)argv,
                           .environment = (rp_strings)envp,
                           .run = run_execveat,
                           .directory = directory,
                           .flags = flags};
    return (int)rp_launch_call(&call);
}

int fexecve(int fd, char *const argv[], char *const envp[]) {
    struct rp_call call = {.door = "fexecve",
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

#define SPAWN(name, search)                                                                        \
    int name(int *pid, const char *path, const void *actions, const void *attributes,              \
             char *const argv[], char *const envp[]) {                                             \
        struct rp_call call = {.door = #name,                                                      \
                               .path = path,                                                       \
                               .argv = (rp_strings)argv,                                           \
                               .environment = (rp_strings)envp,                                    \
                               .run = run_##name,                                                  \
                               .directory = AT_FDCWD,                                              \
                               .refusal = RP_RETURNS_ERROR,                                        \
                               .searches = (search),                                               \
                               .moves = actions != NULL,                                           \
                               .pid = pid,                                                         \
                               .actions = actions,                                                 \
                               .attributes = attributes};                                          \
        return (int)rp_launch_call(&call);                                                         \
    }
SPAWN(posix_spawn, false)
SPAWN(posix_spawnp, true)
SPAWN(pidfd_spawn, false)
SPAWN(pidfd_spawnp, true)

int system(const char *command) {
    struct rp_call call = {.door = "system",
                           .path = "/bin/sh",
                           .text = command,
                           .environment = rp_load_environment(),
                           .run = run_system,
                           .directory = AT_FDCWD};
    if (command == NULL)
        return (int)rp_launch_unasked(&call);
    return (int)rp_launch_call(&call);
}

static void *enter_popen(const char *door, const char *command, const char *type) {
    struct rp_call call = {.door = door,
                           .path = "/bin/sh",
                           .text = command,
                           .environment = rp_load_environment(),
                           .run = run_popen,
                           .directory = AT_FDCWD,
                           .refusal = RP_RETURNS_NULL,
                           .type = type};
    /* A type that libc will not take starts nothing. */
    if (command == NULL || type == NULL || (type[0] != 'r' && type[0] != 'w' && type[0] != 'e'))
        return (void *)rp_launch_unasked(&call);
    return (void *)rp_launch_call(&call);
}

void *popen(const char *command, const char *type) {
    return enter_popen("popen", command, type);
}

void *_IO_popen(const char *command, const char *type) {
    return enter_popen("_IO_popen", command, type);
}

int wordexp(const char *words, void *result, int flags) {
    struct rp_call call = {.door = "wordexp",
                           .path = "/bin/sh",
                           .text = words,
                           .environment = rp_load_environment(),
                           .run = run_wordexp,
                           .directory = AT_FDCWD,
                           .refusal = RP_RETURNS_CMDSUB,
                           .words = result,
                           .word_flags = flags};
    if (words == NULL || (flags & NO_COMMANDS) != 0 || !rp_words_substitute(words))
        return (int)rp_launch_unasked(&call);
    return (int)rp_launch_call(&call);
}
