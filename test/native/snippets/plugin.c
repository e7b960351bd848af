/* A plugin: it starts a program when it is loaded, and another when it is unloaded. */

#include <stdio.h>
#include <stdlib.h>

static void start(const char *what) {
    (void)printf("%s: %d\n", what, system("exit 6"));
    (void)fflush(stdout);
}

__attribute__((constructor)) static void come(void) {
    start("come");
}

__attribute__((destructor)) static void go(void) {
    start("go");
}
