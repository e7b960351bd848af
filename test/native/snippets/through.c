/* Stands in front of libc as a library of somebody else's does: says that it was called, and goes
 * on. */

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

__attribute__((visibility("default"))) int execve(const char *path, char *const argv[],
                                                  char *const envp[]);

int execve(const char *path, char *const argv[], char *const envp[]) {
    int (*next)(const char *, char *const[], char *const[]);
    void *found = dlsym(RTLD_NEXT, "execve");
    memcpy(&next, &found, sizeof next);
    (void)!write(STDERR_FILENO, "through\n", 8);
    return next(path, argv, envp);
}
