/* Finds the largest environment with which a program can still be started by a door, and prints its
   bytes: it must be the same with the library as without. `largest [DOOR]`, else by execve. */

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

extern char **environ;

enum { STACK_BYTES = 524288, ENTRY_BYTES = 1024, ENTRIES = 400 };

static char entries[ENTRIES][ENTRY_BYTES];
static char *vector[ENTRIES + 1];

static const char *door = "execve";

/* Ends with 0 when the program has started, with 1 when there was no room, else with another. */
static void start(char *const argv[]) {
    wordexp_t words;
    FILE *stream;
    pid_t pid;
    int error = 0;
    int status = 0;
    environ = vector;
    if (strcmp(door, "system") == 0) {
        status = system("exit 0");
    } else if (strcmp(door, "popen") == 0) {
        stream = popen("exit 0", "r");
        error = errno;
        status = stream == NULL ? -1 : pclose(stream);
    } else if (strcmp(door, "wordexp") == 0) {
        status = wordexp("$(echo on)", &words, 0) == 0 && words.we_wordc == 1 ? 0 : -1;
    } else if (strcmp(door, "posix_spawn") == 0) {
        error = posix_spawn(&pid, argv[0], NULL, NULL, argv, vector);
        _exit(error == 0 ? 0 : error == E2BIG ? 1 : 2);
    } else {
        (void)execve(argv[0], argv, vector);
        _exit(errno == E2BIG ? 1 : 2);
    }
    _exit(status == 0 ? 0 : 1);
}

/* Whether a program starts with an environment of that many bytes of text. */
static int starts_with(size_t bytes) {
    char name[] = "/bin/true";
    char *argv[] = {name, NULL};
    int status = 0;
    size_t count = 0;
    pid_t pid;
    for (; bytes > 0; count++) {
        size_t len = bytes < ENTRY_BYTES ? bytes : ENTRY_BYTES;
        memset(entries[count], 'x', len);
        memcpy(entries[count], "V=", len < 2 ? len : 2);
        entries[count][len - 1] = '\0';
        vector[count] = entries[count];
        bytes -= len;
    }
    vector[count] = NULL;
    pid = fork();
    if (pid == 0)
        start(argv);
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) == 2)
        exit(EXIT_FAILURE);
    return WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv) {
    struct rlimit limit = {STACK_BYTES, STACK_BYTES};
    size_t low = 0;
    size_t high = (size_t)ENTRIES * ENTRY_BYTES;
    if (argc == 2)
        door = argv[1];
    if (setrlimit(RLIMIT_STACK, &limit) != 0 || !starts_with(low) || starts_with(high))
        return EXIT_FAILURE;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (starts_with(middle))
            low = middle;
        else
            high = middle;
    }
    (void)printf("%zu\n", low);
    return EXIT_SUCCESS;
}
