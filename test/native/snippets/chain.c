/* Becomes itself, often: `chain COUNT [kept]` goes through a door of exec after the other, some of
   them with an environment that lacks our variables, unless it is to be kept, and prints what the
   environment has become. */

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int print_environment(void) {
    for (char **at = environ; *at != NULL; at++)
        (void)puts(*at);
    return EXIT_SUCCESS;
}

static int spawn_on(const char *path, char *const argv[]) {
    pid_t pid;
    int status;
    if (posix_spawn(&pid, path, NULL, NULL, argv, environ) != 0 || waitpid(pid, &status, 0) != pid)
        return EXIT_FAILURE;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAILURE;
}

int main(int argc, char **argv) {
    char path[] = "PATH=/usr/bin:/bin";
    char own[] = "OWN=variable";
    char *lacking[] = {path, own, NULL};
    char **bare = argc > 2 ? environ : lacking;
    char digits[24];
    long left = argc > 1 ? strtol(argv[1], NULL, 10) : 0;
    char *next[] = {argv[0], digits, argc > 2 ? argv[2] : NULL, NULL};
    if (left <= 0)
        return print_environment();
    (void)snprintf(digits, sizeof digits, "%ld", left - 1);
    switch (left % 7) {
    case 0:
        (void)execve(argv[0], next, bare);
        break;
    case 1:
        (void)execv(argv[0], next);
        break;
    case 2:
        (void)execvpe(argv[0], next, bare);
        break;
    case 3:
        environ = bare;
        (void)execvp(argv[0], next);
        break;
    case 4:
        (void)fexecve(open(argv[0], O_RDONLY | O_CLOEXEC), next, environ);
        break;
    case 5:
        (void)execl(argv[0], argv[0], digits, next[2], (char *)NULL);
        break;
    default:
        return spawn_on(argv[0], next);
    }
    return EXIT_FAILURE;
}
