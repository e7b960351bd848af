/* Calls at the edge of what the kernel takes, one a run: `extremes CASE TARGET`. Exits with what
   came of it: the target's status or errno. */

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* As many as a question carries, and more. */
enum { ONLY_CHECKS = 0x10000 /* AT_EXECVE_CHECK, which Linux has from 6.14 on */ };
enum { LONG_ARGUMENTS = 10, HUGE_ARGUMENTS = 12, LONG_BYTES = 100000 };

static char *volatile nowhere = (char *)8;
static char **volatile no_vector = (char **)8; /* the compiler knows better than to read there */
static char **volatile no_environment;         /* and that it must not be NULL */
static char name[] = "target";
static char *plain[] = {name, NULL};
static char *bad[] = {name, (char *)8, NULL};
static const char *target;

static int spawn(char *const argv[], char *const envp[]) {
    pid_t pid;
    int status = 0;
    int error = posix_spawn(&pid, target, NULL, NULL, argv, envp);
    if (error == 0 && waitpid(pid, &status, 0) == pid)
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    return error;
}

/* Much text, in arguments that the kernel takes. */
static void become_long(int arguments) {
    static char bytes[LONG_BYTES];
    char *argv[HUGE_ARGUMENTS + 2] = {name};
    memset(bytes, 'x', sizeof bytes - 1);
    for (int i = 1; i <= arguments; i++)
        argv[i] = bytes;
    (void)execv(target, argv);
}

/* An environment vector without its end, up to the last byte of a page. */
static void become_endless(void) {
    char *page = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char **last = (char **)(void *)(page + 4096 - sizeof *last);
    *last = name;
    (void)mprotect(page + 4096, 4096, PROT_NONE);
    (void)execve(target, plain, last);
}

int main(int argc, char **argv) {
    const char *which = argc == 3 ? argv[1] : "";
    target = argv[argc - 1];
    errno = 0;
    if (strcmp(which, "huge") == 0)
        become_long(HUGE_ARGUMENTS);
    else if (strcmp(which, "long") == 0)
        become_long(LONG_ARGUMENTS);
    else if (strcmp(which, "path") == 0)
        (void)execve(nowhere, plain, environ);
    else if (strcmp(which, "argv") == 0)
        (void)execve(target, no_vector, environ);
    else if (strcmp(which, "argument") == 0)
        (void)execv(target, bad);
    else if (strcmp(which, "envp") == 0)
        (void)execve(target, plain, no_vector);
    else if (strcmp(which, "entry") == 0)
        (void)execve(target, plain, bad);
    else if (strcmp(which, "endless") == 0)
        become_endless();
    else if (strcmp(which, "execveat") == 0)
        (void)execveat(AT_FDCWD, target, bad, environ, 0);
    else if (strcmp(which, "fexecve") == 0)
        (void)fexecve(open(target, O_RDONLY | O_CLOEXEC), plain, bad);
    else if (strcmp(which, "fexecve without") == 0)
        (void)fexecve(open(target, O_RDONLY | O_CLOEXEC), plain, no_environment);
    else if (strcmp(which, "execl") == 0)
        (void)execl(target, name, nowhere, (char *)NULL);
    else if (strcmp(which, "syscall") == 0)
        (void)syscall(SYS_execve, target, bad, environ);
    else if (strcmp(which, "check execveat") == 0)
        (void)execveat(AT_FDCWD, target, plain, environ, ONLY_CHECKS);
    else if (strcmp(which, "check syscall") == 0)
        (void)syscall(SYS_execveat, AT_FDCWD, target, plain, environ, ONLY_CHECKS);
    else if (strcmp(which, "spawn argv") == 0)
        return spawn(bad, environ);
    else if (strcmp(which, "spawn envp") == 0)
        return spawn(plain, no_vector);
    return errno;
}
