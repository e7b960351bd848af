/* Has an execve of an older version, as libc has of what it changed: it is for programs that were
 * linked when that was the newest, and for nobody else. */

#include <unistd.h>

__attribute__((visibility("default"))) int old_execve(const char *path, char *const argv[],
                                                      char *const envp[]);
__asm__(".symver old_execve, execve@OLD");

int old_execve(const char *path, char *const argv[], char *const envp[]) {
    (void)path;
    (void)argv;
    (void)envp;
    _exit(99);
}
