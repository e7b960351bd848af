/* Finds the largest environment with which a program can still be started, and prints its bytes: it
   must be the same with the library as without. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { STACK_BYTES = 524288, ENTRY_BYTES = 1024, ENTRIES = 400 };

static char entries[ENTRIES][ENTRY_BYTES];
static char *vector[ENTRIES + 1];

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
    if (pid == 0) {
        (void)execve(argv[0], argv, vector);
        _exit(errno == E2BIG ? 1 : 2);
    }
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) == 2)
        exit(EXIT_FAILURE);
    return WEXITSTATUS(status) == 0;
}

int main(void) {
    struct rlimit limit = {STACK_BYTES, STACK_BYTES};
    size_t low = 0;
    size_t high = (size_t)ENTRIES * ENTRY_BYTES;
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
