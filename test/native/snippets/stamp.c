/* Stands behind the library as the real execve, and notes when it was called. */

#include <time.h>

__attribute__((visibility("default"))) double stamp_of_last_call;
__attribute__((visibility("default"))) int execve(const char *path, char *const argv[],
                                                  char *const envp[]);

int execve(const char *path, char *const argv[], char *const envp[]) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    (void)path;
    (void)argv;
    (void)envp;
    stamp_of_last_call = (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
    return 0;
}
