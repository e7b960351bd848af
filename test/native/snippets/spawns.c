/* Starts /bin/true many times, `spawns HOW COUNT`, and prints how long each start took, in
 * microseconds. */

#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static char path[] = "/bin/true";
static char *arguments[] = {path, NULL};

static double now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static pid_t start(const char *how) {
    pid_t pid = -1;
    if (strcmp(how, "posix_spawn") == 0)
        return posix_spawn(&pid, path, NULL, NULL, arguments, environ) == 0 ? pid : -1;
    pid = strcmp(how, "vfork") == 0 ? vfork() : fork();
    if (pid == 0) {
        (void)execve(path, arguments, environ);
        _exit(1);
    }
    return pid;
}

int main(int argc, char **argv) {
    long count = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
    for (long i = 0; i < count; i++) {
        double began = now();
        int status = 1;
        if (strcmp(argv[1], "system") == 0)
            status = system("/bin/true");
        else if (waitpid(start(argv[1]), &status, 0) < 0)
            return EXIT_FAILURE;
        if (status != 0)
            return EXIT_FAILURE;
        (void)printf("%.1f\n", now() - began);
    }
    return EXIT_SUCCESS;
}
