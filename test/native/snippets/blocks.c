/* Stands in the place of libc's posix_spawn, and says what it was given of the caller's blocks:
   each is where it says itself, and holds what was put into it. */

#include <spawn.h>
#include <stdio.h>
#include <string.h>

__attribute__((visibility("default"))) int
posix_spawn(pid_t *restrict pid, const char *restrict path,
            const posix_spawn_file_actions_t *restrict actions,
            const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
            char *const envp[restrict]);

static void say(const char *what, const void *block, size_t size) {
    const unsigned char *bytes = block;
    const void *self;
    memcpy(&self, block, sizeof self);
    (void)printf("%s: %d", what, self == block);
    for (size_t i = sizeof self; i < size; i++)
        (void)printf(" %02x", bytes[i]);
    (void)puts("");
}

int posix_spawn(pid_t *restrict pid, const char *restrict path,
                const posix_spawn_file_actions_t *restrict actions,
                const posix_spawnattr_t *restrict attributes, char *const argv[restrict],
                char *const envp[restrict]) {
    say("actions", actions, sizeof *actions);
    say("attributes", attributes, sizeof *attributes);
    (void)printf("%s %s %d\n", path, argv[0], envp != NULL);
    *pid = 7;
    return 0;
}
