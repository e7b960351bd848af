/* Raw system calls of all shapes: what they return must not depend on a library in front of libc.
   Prints one line each; with a directory and a file, starts that file. */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { STACK_BYTES = 65536, FUTEX_WAKE_BITSET = 10, FUTEX_WAIT_BITSET = 9 };

static void report(const char *what, long result, int error) {
    (void)printf("%s: %ld %d\n", what, result < 0 ? result : 0, error);
}

/* errno stays when a call succeeds, and is the kernel's when it fails. */
static void look_at_errno(void) {
    long result;
    errno = 77;
    result = syscall(SYS_getpid);
    report("getpid", result == getpid() ? 0 : -2, errno);
    result = syscall(SYS_close, -1);
    report("close", result, errno);
    errno = 77;
    result = syscall(-1);
    report("no such call", result, errno);
}

/* The sixth argument stands on the stack of some machines. */
static void use_six_arguments(void) {
    static uint32_t word;
    FILE *file = tmpfile();
    char bytes[8192];
    long result;
    char *at;
    memset(bytes, 'a', 4096);
    memset(bytes + 4096, 'b', 4096);
    (void)fwrite(bytes, 1, sizeof bytes, file);
    (void)fflush(file);
    result = syscall(SYS_futex, &word, FUTEX_WAKE_BITSET, 1, NULL, NULL, 0);
    report("futex without bits", result, errno);
    result = syscall(SYS_futex, &word, FUTEX_WAIT_BITSET, 1, NULL, NULL, 1);
    report("futex of another value", result, errno);
#if defined(SYS_mmap)
    at = (char *)syscall(SYS_mmap, NULL, (size_t)4096, PROT_READ, MAP_PRIVATE, fileno(file),
                         (off_t)4096);
#else
    at = (char *)syscall(SYS_mmap2, NULL, (size_t)4096, PROT_READ, MAP_PRIVATE, fileno(file), 1L);
#endif
    report("mmap", at != MAP_FAILED && *at == 'b' ? 0 : -2, 0);
    (void)fclose(file);
}

/* A call that returns twice. */
static void fork_by_hand(void) {
    volatile uint64_t canary = 0x0123456789abcdef;
    int status = 0;
    long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0)
        _exit(canary == 0x0123456789abcdef ? 7 : 8);
    (void)waitpid((pid_t)pid, &status, 0);
    report("clone", canary == 0x0123456789abcdef ? WEXITSTATUS(status) - 7 : -2, 0);
}

#if defined(__x86_64__)
static volatile int ran;

static void on_its_own_stack(void) {
    ran = 1;
    _exit(9);
}

/* As vfork does it, the memory shared. The child comes back to what stands on top of its stack, so
   a frame between the caller and libc would send it astray. */
static void share_memory(void) {
    char *stack = malloc(STACK_BYTES);
    void **top = (void **)(void *)(stack + STACK_BYTES - 64);
    int status = 0;
    long pid;
    *top = (void *)(uintptr_t)on_its_own_stack;
    pid = syscall(SYS_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, top, NULL, NULL, NULL);
    (void)waitpid((pid_t)pid, &status, 0);
    report("clone with a stack", ran == 1 ? WEXITSTATUS(status) - 9 : -2, 0);
    free(stack);
}
#endif

/* Before any constructor. */
static void at_preinit(int argc, char **argv, char **envp) {
    (void)argc;
    (void)argv;
    (void)envp;
    if (syscall(SYS_getppid) != getppid() || syscall(SYS_close, -1) != -1 || errno != EBADF)
        _exit(3);
    errno = 0;
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **,
                                                                              char **) = at_preinit;

/* Starts a program relative to a descriptor. */
static int start_by_hand(const char *directory, const char *file) {
    int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    char *argv[] = {(char *)(uintptr_t)file, NULL};
    (void)syscall(SYS_execveat, fd, file, argv, environ, 0);
    return errno;
}

int main(int argc, char **argv) {
    if (argc == 3)
        return start_by_hand(argv[1], argv[2]);
    look_at_errno();
    use_six_arguments();
    fork_by_hand();
#if defined(__x86_64__)
    share_memory();
#endif
    return 0;
}
