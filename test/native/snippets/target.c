/* What the snippets start. Says on standard output that it runs, and by its exit status whether its
   environment is armed, and on standard error which agent it belongs to. */

#include "snippet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    const char *list = getenv("LD_PRELOAD");
    const char *library = getenv("SNIPPET_LIBRARY");
    if (list == NULL || getenv("RAMPART_URL") == NULL)
        return TARGET_BARE;
    if (library != NULL && strstr(list, library) == NULL)
        return TARGET_BARE;
    if (getenv("RAMPART_AGENT") != NULL)
        (void)fputs(getenv("RAMPART_AGENT"), stderr);
    (void)!write(STDOUT_FILENO, "ran\n", 4);
    return TARGET_ARMED;
}
