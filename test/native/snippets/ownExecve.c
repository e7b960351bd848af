/* A program with an execve of its own, as programs have that wrap it: the program means that one,
   and libc's own functions mean libc's. Ends with 7 when all is so. */

#include <errno.h>
#include <stddef.h>
#include <sys/wait.h>
#include <unistd.h>

static int called;

int execve(const char *path, char *const argv[], char *const envp[]) {
    (void)path;
    (void)argv;
    (void)envp;
    called++;
    errno = ENOTSUP;
    return -1;
}

int main(void) {
    char *argv[] = {(char[]){"true"}, NULL};
    char *envp[] = {NULL};
    int status = 0;
    pid_t pid;
    if (execve("/bin/true", argv, envp) != -1 || errno != ENOTSUP || called != 1)
        return 1;
    pid = fork();
    if (pid == 0) {
        (void)execv("/bin/true", argv);
        _exit(2);
    }
    if (waitpid(pid, &status, 0) != pid || status != 0 || called != 1)
        return 3;
    return 7;
}
