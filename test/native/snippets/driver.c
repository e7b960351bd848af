/* Makes a snippet's call in the circumstance that the first argument names, and exits with what
   came of it: the target's status or errno. */

#include "snippet.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(RP_SNIPPET_SECCOMP)
#include <linux/filter.h>
#include <linux/seccomp.h>
#endif

extern char **environ;

enum {
    PROBLEM = 96, /* the circumstance itself could not be made, or it left something behind */
    DESCRIPTORS = 64,
    THREADS = 8,
    MAX_THREADS = 64,
    ROUNDS = 5,
    SMALL_STACK = 16384,
    SIGNAL_ROOM = 2048,
    SIGNAL_SPARE = 384,
};

static struct snippet snippet;
static char *arguments[] = {(char[]){"target"}, (char[]){"ran"}, NULL};
static char *no_environment[] = {NULL};
static char text[1024];

int snippet_status(int status) {
    if (WIFSIGNALED(status))
        return 128 + WTERMSIG(status);
    return WIFEXITED(status) ? WEXITSTATUS(status) : PROBLEM;
}

int snippet_wait(int error, pid_t pid) {
    int status = 0;
    if (error == EPERM && errno != EPERM)
        return SNIPPET_WRONG_RESULT;
#if defined(__GLIBC__)
    /* musl's own search leaves something there. */
    if (error == 0 && errno != 0)
        return SNIPPET_WRONG_RESULT;
#endif
    if (error != 0)
        return error;
    while (waitpid(pid, &status, 0) != pid) {
        if (errno != EINTR)
            return PROBLEM;
    }
    return snippet_status(status);
}

/* Fails with the message on the descriptor that the runner reads. */
static int problem(const char *what) {
    (void)dprintf(STDERR_FILENO, "problem: %s: %s\n", what, strerror(errno));
    return PROBLEM;
}

/* Makes the call in a forked child, so that every door comes back. */
static int forked(int (*attempt)(void)) {
    pid_t pid = fork();
    int status;
    if (pid == 0)
        _exit(attempt());
    return waitpid(pid, &status, 0) == pid ? snippet_status(status) : problem("fork");
}

static int attempt(void) {
    return snippet_attempt(&snippet);
}

/* The same in a child that shares our memory. */
static int vforked(void) {
    pid_t pid = vfork();
    int status;
    if (pid == 0)
        _exit(attempt());
    return waitpid(pid, &status, 0) == pid ? snippet_status(status) : problem("vfork");
}

static int in_plain_child(void) {
    return forked(attempt);
}

/* Without a fork in between: what the caller itself becomes or sees. */
static int in_place(void) {
    return attempt();
}

static int without_arguments(void) {
    snippet.argv = NULL;
    return forked(attempt);
}

static int with_empty_arguments(void) {
    static char *none[] = {NULL};
    snippet.argv = none;
    return forked(attempt);
}

static int with_empty_name(void) {
    arguments[0] = (char[]){""};
    return forked(attempt);
}

static int with_empty_environment(void) {
    const char *library = getenv("SNIPPET_LIBRARY");
    const char *path = getenv("PATH");
    char kept[2][1024];
    char *left[] = {kept[0], kept[1], NULL};
    (void)snprintf(kept[0], sizeof kept[0], "SNIPPET_LIBRARY=%s", library);
    (void)snprintf(kept[1], sizeof kept[1], "PATH=%s", path);
    environ = left;
    snippet.envp = no_environment;
    return forked(attempt);
}

static int with_null_environment(void) {
    snippet.envp = NULL;
    return forked(attempt);
}

/* What the live environment is then, is no vector at all. There is no PATH either. */
static int with_cleared_environment(void) {
    snippet.envp = no_environment;
    snippet.file = snippet.path;
    arguments[0] = (char *)(uintptr_t)snippet.path;
    return clearenv() == 0 ? forked(attempt) : problem("clearenv");
}

/* An environment that does not fit on the stack, with entries that are no assignments. */
static int with_large_environment(void) {
    enum { ADDED = 10000, ROOM = 12000, LONG = 122880 };
    static char odd[][12] = {"", "=", "LD_PRELOAD", "RAMPART_URL", "TWICE=1", "TWICE=2"};
    static char entries[ADDED][24];
    static char long_entry[LONG];
    static char *vector[ROOM + 1];
    size_t count = 0;
    for (; count < ROOM - ADDED - 7 && environ[count] != NULL; count++)
        vector[count] = environ[count];
    for (size_t i = 0; i < ADDED; i++) {
        (void)snprintf(entries[i], sizeof entries[i], "VARIABLE_%zu=%zu", i, i);
        vector[count++] = entries[i];
    }
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++)
        vector[count++] = odd[i];
    memset(long_entry, 'x', sizeof long_entry - 1);
    long_entry[1] = '=';
    vector[count] = long_entry;
    environ = vector;
    snippet.envp = vector;
    return unsetenv("LD_PRELOAD") == 0 ? forked(attempt) : problem("unsetenv");
}

static unsigned count_lines(const char *path) {
    char bytes[4096];
    unsigned lines = 0;
    ssize_t count;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    while ((count = read(fd, bytes, sizeof bytes)) > 0) {
        for (ssize_t i = 0; i < count; i++)
            lines += bytes[i] == '\n';
    }
    (void)close(fd);
    return lines;
}

static int first_free_descriptor(void) {
    int fd = dup(STDIN_FILENO);
    (void)close(fd);
    return fd;
}

/* One parent and many vfork children, as shells and spawn libraries have them: nothing may be left
   in the memory that both share. */
static int in_vfork_children(void) {
    int rounds = atoi(getenv("SNIPPET_ROUNDS") != NULL ? getenv("SNIPPET_ROUNDS") : "100");
    volatile int first = -1;
    volatile unsigned maps = 0;
    int descriptor = first_free_descriptor();
    for (volatile int i = 0; i < rounds; i++) {
        volatile uint64_t canary = 0x0123456789abcdef;
        pid_t pid = vfork();
        int status;
        if (pid == 0)
            _exit(snippet_attempt(&snippet));
        if (waitpid(pid, &status, 0) != pid || canary != 0x0123456789abcdef)
            return problem("vfork");
        if (i == 0) {
            first = snippet_status(status);
            maps = count_lines("/proc/self/maps");
        }
        if (snippet_status(status) != first)
            return problem("not every child came to the same");
    }
    if (count_lines("/proc/self/maps") != maps || first_free_descriptor() != descriptor)
        return problem("the children left something behind");
    return first;
}

static atomic_int thread_result;
static atomic_bool churning;

static void *churn(void *context) {
    while (atomic_load(&churning))
        free(malloc((size_t)(rand() % 4096 + 1)));
    return context;
}

static int in_child(int round) {
    (void)round;
    return forked(attempt);
}

static int in_vfork_child(int round) {
    (void)round;
    return vforked();
}

static int in_this_process(int round) {
    (void)round;
    return attempt();
}

/* Children are made while other threads are in the middle of a call. */
static int in_both(int round) {
    return round % 2 == 0 ? attempt() : forked(attempt);
}

static int (*attempt_in_thread)(int round);

static void *attempt_often(void *context) {
    for (int i = 0; i < ROUNDS; i++) {
        int result = attempt_in_thread(i);
        int none = -1;
        if (!atomic_compare_exchange_strong(&thread_result, &none, result) && none != result)
            atomic_store(&thread_result, problem("threads disagree"));
    }
    return context;
}

static int in_threads(int (*way)(int round)) {
    pthread_t threads[MAX_THREADS];
    pthread_t churner;
    const char *wanted = getenv("SNIPPET_THREADS");
    int count = wanted != NULL && atoi(wanted) <= MAX_THREADS ? atoi(wanted) : THREADS;
    attempt_in_thread = way;
    atomic_store(&thread_result, -1);
    atomic_store(&churning, true);
    if (pthread_create(&churner, NULL, churn, NULL) != 0)
        return problem("pthread_create");
    for (int i = 0; i < count; i++) {
        if (pthread_create(&threads[i], NULL, attempt_often, NULL) != 0)
            return problem("pthread_create");
    }
    for (int i = 0; i < count; i++)
        (void)pthread_join(threads[i], NULL);
    atomic_store(&churning, false);
    (void)pthread_join(churner, NULL);
    return atomic_load(&thread_result);
}

static int in_many_threads(void) {
    return in_threads(in_child);
}

static int in_threads_that_vfork(void) {
    return in_threads(in_vfork_child);
}

static int in_threads_of_one_process(void) {
    return in_threads(in_this_process);
}

static int in_threads_that_fork(void) {
    return in_threads(in_both);
}

static void *attempt_once(void *context) {
    atomic_store(&thread_result, attempt());
    return context;
}

static int thread_with_small_stack(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    atomic_store(&thread_result, PROBLEM);
    if (pthread_attr_init(&attributes) != 0 ||
        pthread_attr_setstacksize(&attributes, SMALL_STACK) != 0 ||
        pthread_create(&thread, &attributes, attempt_once, NULL) != 0)
        return problem("pthread_create");
    (void)pthread_join(thread, NULL);
    return atomic_load(&thread_result);
}

static int in_small_thread(void) {
    return forked(thread_with_small_stack);
}

static void on_signal(int number) {
    (void)number;
    _exit(attempt());
}

static char *signal_frame;

static void on_first_signal(int number) {
    (void)number;
    signal_frame = __builtin_frame_address(0);
}

/* What the kernel puts onto a signal stack. */
static size_t size_of_signal_frame(void) {
    enum { PLENTY = 65536 };
    static char room[PLENTY] __attribute__((aligned(64)));
    stack_t stack = {.ss_sp = room, .ss_size = PLENTY};
    struct sigaction action = {.sa_handler = on_first_signal, .sa_flags = SA_ONSTACK};
    if (sigaltstack(&stack, NULL) != 0 || sigaction(SIGUSR1, &action, NULL) != 0 ||
        raise(SIGUSR1) != 0)
        _exit(problem("sigaltstack"));
    return (size_t)(room + PLENTY - signal_frame);
}

/* The least that a signal stack may have by the kernel's word, which an emulator does not give. It
   is a little more than a frame takes; much more where the processor has registers of which only
   those programs have a frame that use them. */
static size_t least_signal_stack(void) {
    size_t told = getauxval(AT_MINSIGSTKSZ);
    size_t taken = size_of_signal_frame() + SIGNAL_SPARE;
    if (told == 0)
        return (size_t)MINSIGSTKSZ;
    return told < taken ? told : taken;
}

/* A signal stack with little more than that, and nothing below it. */
static int on_signal_stack(void) {
    size_t size = (least_signal_stack() + SIGNAL_ROOM + 15) & ~(size_t)15;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t whole = (size + page - 1) / page * page;
    char *at = mmap(NULL, page + whole, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    stack_t stack = {.ss_sp = at + page, .ss_size = size};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_ONSTACK};
    if (at == MAP_FAILED || mprotect(at, page, PROT_NONE) != 0 || sigaltstack(&stack, NULL) != 0 ||
        sigaction(SIGUSR1, &action, NULL) != 0)
        return problem("sigaltstack");
    (void)raise(SIGUSR1);
    return problem("no signal");
}

static int in_signal_handler(void) {
    return forked(on_signal_stack);
}

static void on_interruption(int number) {
    (void)number;
}

/* Signals interrupt the call all the time. What is started ignores them. */
static int in_a_storm(void) {
    struct sigaction action = {.sa_handler = on_interruption};
    struct timespec pause = {0, 200000};
    pid_t pid;
    int status;
    if (sigaction(SIGURG, &action, NULL) != 0)
        return problem("sigaction");
    pid = fork();
    if (pid == 0)
        _exit(attempt());
    while (waitpid(pid, &status, WNOHANG) == 0) {
        (void)kill(pid, SIGURG);
        (void)nanosleep(&pause, NULL);
    }
    return snippet_status(status);
}

static int after_closing_all(void) {
    for (int fd = 0; fd < DESCRIPTORS; fd++)
        (void)close(fd);
    return attempt();
}

static int with_closed_descriptors(void) {
    return forked(after_closing_all);
}

static int after_using_all(void) {
    struct rlimit limit = {DESCRIPTORS, DESCRIPTORS};
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0)
        return problem("setrlimit");
    while (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0)
        continue;
    return attempt();
}

static int without_free_descriptors(void) {
    return forked(after_using_all);
}

static int with_size_limit(void) {
    struct rlimit limit = {0, 0};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0)
        return problem("setrlimit");
    return forked(attempt);
}

static bool is_same(const sigset_t *left, const sigset_t *right) {
    for (int number = 1; number < NSIG; number++) {
        if (sigismember(left, number) != sigismember(right, number))
            return false;
    }
    return true;
}

/* Adds up the variables of the library under test. */
static int add_variables(struct dl_phdr_info *object, size_t size, void *context) {
    const char *library = getenv("SNIPPET_LIBRARY");
    uint64_t *sum = context;
    (void)size;
    if (library == NULL || strcmp(object->dlpi_name, library) != 0)
        return 0;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[i];
        const unsigned char *at = (const unsigned char *)(object->dlpi_addr + header->p_vaddr);
        for (size_t j = 0;
             header->p_type == PT_LOAD && (header->p_flags & PF_W) != 0 && j < header->p_memsz; j++)
            *sum = *sum * 31 + at[j] + 1;
    }
    return 1;
}

/* Makes the call twice, for libc keeps memory of the first, and looks at what the second leaves. */
static int look_around(void) {
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct sigaction after;
    uint64_t variables = 0;
    uint64_t variables_after = 0;
    sigset_t mask;
    sigset_t mask_after;
    int descriptor = first_free_descriptor();
    unsigned maps;
    int result;
    (void)sigemptyset(&mask);
    (void)sigaddset(&mask, SIGUSR2);
    if (sigaction(SIGUSR1, &ignore, NULL) != 0 || sigprocmask(SIG_SETMASK, &mask, NULL) != 0)
        return problem("signals");
    (void)dl_iterate_phdr(add_variables, &variables);
    result = attempt();
    maps = count_lines("/proc/self/maps");
    if (attempt() != result)
        return problem("not every call came to the same");
    (void)sigaction(SIGUSR1, NULL, &after);
    (void)sigprocmask(SIG_SETMASK, NULL, &mask_after);
    if (dl_iterate_phdr(add_variables, &variables_after) != 0 && variables_after != variables)
        return problem("the library remembers something");
    if (after.sa_handler != SIG_IGN || !is_same(&mask, &mask_after) ||
        first_free_descriptor() != descriptor || count_lines("/proc/self/maps") != maps)
        return problem("something changed");
    return result;
}

/* Signals, mask, descriptors and memory of the caller are as they were, whatever came of the call,
   and so are the library's own variables. */
static int undisturbed(void) {
    return forked(look_around);
}

#if defined(RP_SNIPPET_SECCOMP)
/* As agents' sandboxes do it: a system call fails with EPERM or EACCES in everything that follows.
 */
static int forbid(unsigned number, unsigned error) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        return problem("seccomp");
    return forked(attempt);
}

static int without_sockets(void) {
    return forbid(SYS_socket, EPERM);
}

static int without_connections(void) {
    return forbid(SYS_connect, EACCES);
}
#endif

static const struct {
    const char *name;
    int (*run)(void);
} circumstances[] = {
    {"plain", in_plain_child},
    {"in-place", in_place},
    {"null-argv", without_arguments},
    {"empty-argv", with_empty_arguments},
    {"empty-name", with_empty_name},
    {"empty-environment", with_empty_environment},
    {"null-environment", with_null_environment},
    {"cleared-environment", with_cleared_environment},
    {"large-environment", with_large_environment},
    {"vfork", in_vfork_children},
    {"threads", in_many_threads},
    {"vfork-threads", in_threads_that_vfork},
    {"shared-threads", in_threads_of_one_process},
    {"forking-threads", in_threads_that_fork},
    {"small-thread", in_small_thread},
    {"signal-stack", in_signal_handler},
    {"signal-storm", in_a_storm},
    {"closed-descriptors", with_closed_descriptors},
    {"no-descriptors", without_free_descriptors},
    {"size-limit", with_size_limit},
    {"undisturbed", undisturbed},
#if defined(RP_SNIPPET_SECCOMP)
    {"no-sockets", without_sockets},
    {"no-connections", without_connections},
#endif
};

static void prepare(char *const envp[]) {
    const char *target = NULL;
    for (char *const *at = envp; *at != NULL; at++) {
        if (strncmp(*at, "SNIPPET_TARGET=", 15) == 0)
            target = *at + 15;
    }
    if (target == NULL)
        target = "/nonexistent/target";
    (void)snprintf(text, sizeof text, "exec %s ran", target);
    snippet.path = target;
    snippet.file = strrchr(target, '/') + 1;
    snippet.argv = arguments;
    arguments[0] = (char *)(uintptr_t)snippet.file;
    snippet.envp = (char *const *)envp;
    snippet.text = text;
}

/* Other objects make calls before main: in a constructor, or even before all constructors. */
static void before_main(const char *when, char *const envp[]) {
    for (char *const *at = envp; *at != NULL; at++) {
        if (strncmp(*at, "SNIPPET_WHEN=", 13) == 0 && strcmp(*at + 13, when) == 0) {
            prepare(envp);
            _exit(forked(attempt));
        }
    }
}

static void at_preinit(int argc, char **argv, char **envp) {
    (void)argc;
    (void)argv;
    before_main("preinit", envp);
}
__attribute__((section(".preinit_array"), used)) static void (*const preinit)(int, char **,
                                                                              char **) = at_preinit;

__attribute__((constructor)) static void at_constructor(void) {
    before_main("constructor", environ);
}

int main(int argc, char **argv) {
    if (errno != 0)
        return problem("errno at main");
    prepare(environ);
    for (size_t i = 0; argc == 2 && i < sizeof circumstances / sizeof circumstances[0]; i++) {
        if (strcmp(argv[1], circumstances[i].name) == 0)
            return circumstances[i].run();
    }
    return problem("no such circumstance");
}
