#include "snippet.h"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

/* glibc has it from 2.39 on. */
extern int pidfd_spawnp(int *fd, const char *path, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
    __attribute__((weak));

int snippet_attempt(const struct snippet *snippet) {
    siginfo_t info;
    int fd = -1;
    int error;
    if (pidfd_spawnp == NULL)
        return SNIPPET_MISSING;
    error = pidfd_spawnp(&fd, snippet->file, NULL, NULL, snippet->argv, snippet->envp);
    if (error != 0)
        return snippet_wait(error, 0);
    (void)waitid(P_PIDFD, (id_t)fd, &info, WEXITED);
    (void)close(fd);
    return info.si_status;
}
