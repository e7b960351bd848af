/* A program with a function that the loader chooses before any constructor runs; what chooses calls
   libc through a name of ours. Starts one program through the chosen function, and becomes another.
 */

#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int spawn(const char *path) {
    char *const words[] = {(char[]){"true"}, NULL};
    pid_t pid = -1;
    int status = -1;
    int error = posix_spawn(&pid, path, NULL, NULL, words, environ);
    return error == 0 && waitpid(pid, &status, 0) == pid ? status : error;
}

static int refuse(const char *path) {
    return *path == '\0' ? -2 : -3;
}

__attribute__((used)) static int (*choose(void))(const char *) {
    return syscall(SYS_getppid) > 0 ? spawn : refuse;
}

int start(const char *path) __attribute__((ifunc("choose")));

int main(void) {
    char *const words[] = {(char[]){"echo"}, (char[]){"chosen"}, NULL};
    if (start("/bin/true") == 0)
        (void)execv("/bin/echo", words);
    return 1;
}
