/* pidfd_spawn and pidfd_spawnp, for a libc that is older than they are: a library behind the one
   under test, whose calls go to libc by hand. */

#include <dlfcn.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <unistd.h>

typedef int spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                  const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]);

static spawn *find(const char *name) {
    void *found = dlsym(dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD), name);
    return *(spawn **)(void *)&found;
}

static spawn *by_path;
static spawn *by_name;

/* What other objects call before their constructors, they call before this one. */
__attribute__((constructor)) static void find_both(void) {
    by_path = find("posix_spawn");
    by_name = find("posix_spawnp");
}

#define PARAMETERS                                                                                 \
    int *fd, const char *path, const posix_spawn_file_actions_t *actions,                          \
        const posix_spawnattr_t *attributes, char *const argv[], char *const envp[]

#define DOOR(name, real)                                                                           \
    int name(PARAMETERS);                                                                          \
    int name(PARAMETERS) {                                                                         \
        pid_t pid = -1;                                                                            \
        int error;                                                                                 \
        if (real == NULL)                                                                          \
            find_both();                                                                           \
        error = real(&pid, path, actions, attributes, argv, envp);                                 \
        if (error == 0)                                                                            \
            *fd = (int)syscall(SYS_pidfd_open, pid, 0);                                            \
        return error;                                                                              \
    }
DOOR(pidfd_spawn, by_path)
DOOR(pidfd_spawnp, by_name)
