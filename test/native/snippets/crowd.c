/* Threads that start programs at the same moment, by every door, half of them in vfork children
   where that can be: `crowd`. Each starts a program that may run, one that may not, and one
   that all others start as well. Ends with 0 when each call came to what it must. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

extern char **environ;
extern FILE *_IO_popen(const char *command, const char *type);

enum { THREADS = 64, TEXT_BYTES = 512 };

/* A program with one argument, and the same as a shell's text. */
struct start {
    const char *path;
    const char *name;
    char *const *argv;
    const char *text;
};

static pthread_barrier_t barrier;
static atomic_int problems;

static int end_of(int status) {
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int wait_for(pid_t pid) {
    int status;
    return pid > 0 && waitpid(pid, &status, 0) == pid ? end_of(status) : -1;
}

static void by_execve(const struct start *start) {
    (void)execve(start->path, start->argv, environ);
}

static void by_execv(const struct start *start) {
    (void)execv(start->path, start->argv);
}

static void by_execvp(const struct start *start) {
    (void)execvp(start->name, start->argv);
}

static void by_execvpe(const struct start *start) {
    (void)execvpe(start->name, start->argv, environ);
}

static void by_execl(const struct start *start) {
    (void)execl(start->path, start->argv[0], start->argv[1], (char *)NULL);
}

static void by_execle(const struct start *start) {
    (void)execle(start->path, start->argv[0], start->argv[1], (char *)NULL, environ);
}

static void by_execlp(const struct start *start) {
    (void)execlp(start->name, start->argv[0], start->argv[1], (char *)NULL);
}

static void by_execveat(const struct start *start) {
    (void)execveat(AT_FDCWD, start->path, start->argv, environ, 0);
}

static void by_fexecve(const struct start *start) {
    (void)fexecve(open(start->path, O_RDONLY | O_CLOEXEC), start->argv, environ);
}

static void by_syscall(const struct start *start) {
    (void)syscall(SYS_execve, start->path, start->argv, environ);
}

static int by_posix_spawn(const struct start *start) {
    pid_t pid;
    int error = posix_spawn(&pid, start->path, NULL, NULL, start->argv, environ);
    return error != 0 ? error : wait_for(pid);
}

static int by_posix_spawnp(const struct start *start) {
    pid_t pid;
    int error = posix_spawnp(&pid, start->name, NULL, NULL, start->argv, environ);
    return error != 0 ? error : wait_for(pid);
}

static int by_system(const struct start *start) {
    int status = system(start->text);
    return status == -1 ? errno : end_of(status);
}

static int close_stream(FILE *stream) {
    return stream == NULL ? errno : end_of(pclose(stream));
}

static int by_popen(const struct start *start) {
    return close_stream(popen(start->text, "r"));
}

static int by_inner_popen(const struct start *start) {
    return close_stream(_IO_popen(start->text, "w"));
}

static int by_wordexp(const struct start *start) {
    char text[TEXT_BYTES];
    wordexp_t words;
    int error;
    (void)snprintf(text, sizeof text, "$(%s)", start->text);
    error = wordexp(text, &words, 0);
    if (error == 0)
        wordfree(&words);
    return error == WRDE_CMDSUB ? EPERM : error;
}

/* The doors that do not come back, and those that do. */
static void (*const becoming[])(const struct start *) = {
    by_execve, by_execv,  by_execvp,   by_execvpe, by_execl,
    by_execle, by_execlp, by_execveat, by_fexecve, by_syscall,
};
static int (*const starting[])(const struct start *) = {
    by_posix_spawn, by_posix_spawnp, by_system, by_popen, by_inner_popen, by_wordexp,
};
enum {
    BECOMING = sizeof becoming / sizeof becoming[0],
    DOORS = BECOMING + sizeof starting / sizeof starting[0],
};

/* What the exit status is an errno of when nothing was started. */
static int begin(unsigned index, const struct start *start) {
    unsigned door = index % DOORS;
    pid_t pid;
    if (door >= BECOMING)
        return starting[door - BECOMING](start);
    pid = index / DOORS % 2 == 0 ? vfork() : fork();
    if (pid == 0) {
        becoming[door](start);
        _exit(errno);
    }
    return wait_for(pid);
}

static int touch(unsigned index, const char *kind) {
    char path[TEXT_BYTES];
    char text[TEXT_BYTES + 8];
    char *argv[] = {(char[]){"touch"}, path, NULL};
    const struct start start = {"/usr/bin/touch", "touch", argv, text};
    (void)snprintf(path, sizeof path, "%s-%u", kind, index);
    (void)snprintf(text, sizeof text, "touch %s", path);
    return begin(index, &start);
}

static int start_what_all_start(unsigned index) {
    char *argv[] = {(char[]){"test"}, (char[]){"text"}, NULL};
    const struct start start = {"/usr/bin/test", "test", argv, "exec test text"};
    return begin(index, &start);
}

static int is_bad(unsigned index, const char *what, int result, int wanted) {
    if (result != wanted)
        (void)fprintf(stderr, "problem: thread %u, door %u: %s: %d\n", index, index % DOORS, what,
                      result);
    return result != wanted;
}

static void *run(void *context) {
    unsigned index = *(const unsigned *)context;
    (void)pthread_barrier_wait(&barrier);
    problems += is_bad(index, "what may run", touch(index, "fine"), 0);
    problems += is_bad(index, "what may not", touch(index, "forbidden"), EPERM);
    problems += is_bad(index, "what all start", start_what_all_start(index), 0);
    problems += is_bad(index, "what all start, again", start_what_all_start(index), 0);
    return NULL;
}

int main(void) {
    pthread_t threads[THREADS];
    unsigned indices[THREADS];
    if (pthread_barrier_init(&barrier, NULL, THREADS) != 0)
        return 2;
    for (unsigned i = 0; i < THREADS; i++) {
        indices[i] = i;
        if (pthread_create(&threads[i], NULL, run, &indices[i]) != 0)
            return 2;
    }
    for (unsigned i = 0; i < THREADS; i++)
        (void)pthread_join(threads[i], NULL);
    return problems == 0 ? 0 : 1;
}
