/* Starts /bin/true many times, `spawns HOW COUNT`, and prints how long each start took, and
   how much processor time it took here and in the child, in microseconds. HOW may be the path of a
   script of the shell. With `loop` and `fresh` it prints how long a call of execve took to come to
   the real one, for which stamp.c stands: in one process, or each in a new child. */

#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static char path[] = "/bin/true";
static char *arguments[] = {path, NULL};
static char shell[] = "/bin/sh";
static char *script[] = {shell, NULL, NULL};

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static double spent_by(int who) {
    struct rusage usage;
    (void)getrusage(who, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double spent(void) {
    return spent_by(RUSAGE_SELF) + spent_by(RUSAGE_CHILDREN);
}

static pid_t start(const char *how) {
    pid_t pid = -1;
    if (*how == '/')
        return posix_spawn(&pid, shell, NULL, NULL, script, environ) == 0 ? pid : -1;
    if (strcmp(how, "posix_spawn") == 0)
        return posix_spawn(&pid, path, NULL, NULL, arguments, environ) == 0 ? pid : -1;
    pid = strcmp(how, "vfork") == 0 ? vfork() : fork();
    if (pid == 0) {
        (void)execve(path, arguments, environ);
        _exit(1);
    }
    return pid;
}

/* Of stamp.c, when it is loaded. */
extern double stamp_of_last_call __attribute__((weak));

static double way_to_real_call(void) {
    double began = now();
    (void)execve(path, arguments, environ);
    return stamp_of_last_call - began;
}

/* The child's measure comes back through memory that both have. */
static double way_in_fresh_child(void) {
    static double *shared;
    pid_t pid;
    if (shared == NULL)
        shared =
            mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    *shared = -1;
    pid = fork();
    if (pid == 0) {
        *shared = way_to_real_call();
        _exit(0);
    }
    return waitpid(pid, NULL, 0) == pid ? *shared : -1;
}

static int measure_way(bool fresh, long count) {
    if (&stamp_of_last_call == NULL)
        return EXIT_FAILURE;
    for (long i = 0; i < count; i++)
        (void)printf("%.2f\n", fresh ? way_in_fresh_child() : way_to_real_call());
    return EXIT_SUCCESS;
}

int main(int argc, char **argv) {
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    if (argc == 3 && (strcmp(argv[1], "loop") == 0 || strcmp(argv[1], "fresh") == 0))
        return measure_way(argv[1][0] == 'f', count);
    script[1] = argc == 3 ? argv[1] : NULL;
    for (long i = 0; i < count; i++) {
        double before = spent();
        double began = now();
        int status = 1;
        if (strcmp(argv[1], "system") == 0)
            status = system("/bin/true");
        else if (waitpid(start(argv[1]), &status, 0) < 0)
            return EXIT_FAILURE;
        if (status != 0)
            return EXIT_FAILURE;
        began = now() - began;
        (void)printf("%.1f %.1f\n", began, spent() - before);
    }
    return EXIT_SUCCESS;
}
