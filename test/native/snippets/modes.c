/* What popen makes of modes: `modes MODE…` prints the status of its shell, or the error, of each.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        FILE *stream = popen("exit 3", argv[i]);
        if (stream == NULL)
            (void)printf("%s: %s\n", argv[i], errno == EPERM ? "refused" : strerror(errno));
        else
            (void)printf("%s: %d\n", argv[i], WEXITSTATUS(pclose(stream)));
        (void)fflush(stdout);
    }
    return 0;
}
