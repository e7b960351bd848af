/* Starts many programs from one process, by vfork and exec, posix_spawn and system: `often COUNT`.
   Ends with 0 when nothing of it is left in the process: no descriptor, no mapping, no memory. */

#include <dirent.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { WARMING = 20, NOISE_KILOBYTES = 32 };

static char *const truth[] = {(char[]){"true"}, NULL};

struct footprint {
    unsigned long descriptors;
    unsigned long mappings;
    /* Of memory of its own: pages of files come and go with what the kernel reads around them. */
    unsigned long kilobytes;
};

static struct footprint look(void) {
    struct footprint seen = {0, 0, 0};
    char line[512];
    FILE *file = fopen("/proc/self/maps", "re");
    DIR *directory = opendir("/proc/self/fd");
    while (fgets(line, sizeof line, file) != NULL)
        seen.mappings++;
    (void)fclose(file);
    while (readdir(directory) != NULL)
        seen.descriptors++;
    (void)closedir(directory);
    file = fopen("/proc/self/smaps_rollup", "re");
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, "Anonymous:", 10) == 0)
            seen.kilobytes = strtoul(line + 10, NULL, 10);
    }
    (void)fclose(file);
    return seen;
}

static bool wait_for(pid_t pid) {
    int status = -1;
    return waitpid(pid, &status, 0) == pid && status == 0;
}

static bool by_vfork(void) {
    pid_t pid = vfork();
    if (pid == 0) {
        (void)execv("/bin/true", truth);
        _exit(1);
    }
    return wait_for(pid);
}

static bool by_spawn(void) {
    pid_t pid = -1;
    return posix_spawn(&pid, "/bin/true", NULL, NULL, truth, environ) == 0 && wait_for(pid);
}

static bool by_system(void) {
    return system("exit 0") == 0;
}

int main(int argc, char **argv) {
    bool (*const ways[])(void) = {by_vfork, by_spawn, by_system};
    long count = argc == 2 ? strtol(argv[1], NULL, 10) : 0;
    bool runs = by_spawn();
    struct footprint before = {0, 0, 0};
    struct footprint after;
    for (long i = 0; i < WARMING + count; i++) {
        if (i == WARMING)
            before = look();
        for (size_t way = 0; way < sizeof ways / sizeof ways[0]; way++) {
            if (ways[way]() != runs)
                return EXIT_FAILURE;
        }
    }
    after = look();
    (void)printf("%s, descriptors %+ld, mappings %+ld\n", runs ? "runs" : "refused",
                 (long)(after.descriptors - before.descriptors),
                 (long)(after.mappings - before.mappings));
    if (after.kilobytes > before.kilobytes + NOISE_KILOBYTES)
        (void)printf("%lu kB are %lu kB\n", before.kilobytes, after.kilobytes);
    return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
