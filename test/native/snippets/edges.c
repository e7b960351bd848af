/* What programs see of their children, in words: `edges CASE`. It must read the same with the
   library as without. */

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>
#include <wordexp.h>

extern char **environ;

static char *const show[] = {
    (char[]){"sh"}, (char[]){"-c"},
    (char[]){"pwd; echo out; echo err >&2; ls /proc/self/fd | tr '\\n' ' '; grep ^Sig[BI] "
             "/proc/self/status; read -r own name state parent group session rest </proc/$$/stat; "
             "echo $((group == own)) $((session == own))"},
    NULL};

static char *const look[] = {(char[]){"grep"}, (char[]){"^Sig[BIC]"}, (char[]){"/proc/self/status"},
                             NULL};

/* A number that a call came to, with errno where it failed. */
static void say(const char *what, long result) {
    (void)printf("%s: %ld %s\n", what, result, result < 0 ? strerror(errno) : "");
    (void)fflush(stdout);
}

static void say_status(const char *what, int status) {
    if (WIFSIGNALED(status))
        say(what, -1000 - WTERMSIG(status));
    else
        say(what, WIFEXITED(status) ? WEXITSTATUS(status) : status);
}

static void *exit_with(void *status) {
    char text[16];
    (void)snprintf(text, sizeof text, "exit %d", *(int *)status);
    *(int *)status += 100 * WEXITSTATUS(system(text));
    return NULL;
}

static void systems(void) {
    struct sigaction before;
    struct sigaction after;
    pthread_t threads[2];
    int statuses[2] = {1, 2};
    (void)sigaction(SIGINT, NULL, &before);
    say("NULL", system(NULL) != 0);
    say_status("empty", system(""));
    errno = EDOM;
    say_status("exit", system("exit 7"));
    say("errno", errno);
    say_status("signal", system("kill -TERM $$"));
    say_status("missing", system("/nonexistent/program 2>/dev/null"));
    say_status("nested", system("sh -c 'exit 5'"));
    say_status("interrupted meanwhile", system("kill -INT $PPID; exit 3"));
    /* Until the shell runs, everything is blocked. */
    say_status("meanwhile", system("until grep '^SigBlk.*0000' /proc/$PPID/status; do :; done; "
                                   "grep ^SigIgn /proc/$PPID/status"));
    for (int i = 0; i < 2; i++)
        (void)pthread_create(&threads[i], NULL, exit_with, &statuses[i]);
    for (int i = 0; i < 2; i++) {
        (void)pthread_join(threads[i], NULL);
        say("at once", statuses[i]);
    }
    (void)sigaction(SIGINT, NULL, &after);
    say("SIGINT", after.sa_handler == before.sa_handler);
}

static void popen_one(const char *type) {
    char line[64] = "";
    FILE *stream;
    errno = 0;
    stream = popen("read line; echo got $line; exit 3", type);
    if (stream == NULL) {
        (void)printf("%s: %s\n", type, strerror(errno));
        return;
    }
    if (type[0] == 'w')
        (void)fputs("text\n", stream);
    else
        (void)fgets(line, sizeof line, stream);
    (void)printf("%s: %s", type, line);
    (void)fflush(stdout);
    say_status(type, pclose(stream));
}

static void popens(void) {
    static const char *const types[] = {"r", "w", "re", "we", "r+", "x", ""};
    FILE *first = popen("sleep 0; cat", "w");
    FILE *second = popen("ls /proc/self/fd | wc -l", "r");
    FILE *volatile closed; /* not as the compiler would have it */
    char line[64] = "";
    if (first != NULL && second != NULL) {
        (void)fgets(line, sizeof line, second);
        (void)printf("second: %s", line);
        (void)fflush(stdout);
        say_status("first", pclose(first));
        say_status("second", pclose(second));
    }
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
        popen_one(types[i]);
    errno = EDOM;
    closed = popen("exit 3", "r");
    say("errno", errno);
    if (closed != NULL)
        say_status("fclose", fclose(closed));
}

static void expand(const char *text, int flags) {
    wordexp_t words;
    int result;
    errno = EDOM;
    result = wordexp(text, &words, flags);
    (void)printf("%s (%d): %d, errno %d", text, flags, result, errno);
    for (size_t i = 0; result == 0 && i < words.we_wordc; i++)
        (void)printf(" [%s]", words.we_wordv[i]);
    (void)putchar('\n');
    (void)fflush(stdout);
    if (result == 0)
        wordfree(&words);
}

static void expansions(void) {
    expand("a b 'c d'", 0);
    expand("$(echo a b)", 0);
    expand("$(echo a; false) `echo c`", WRDE_SHOWERR);
    expand("$(echo a)", WRDE_NOCMD);
    expand("$((1 + 2))", 0);
    expand("$(", 0);
    expand("a|b", 0);
}

static void spawn_one(const char *what, const posix_spawn_file_actions_t *actions,
                      const posix_spawnattr_t *attributes, const char *path) {
    pid_t pid = -1;
    int status = 0;
    int after;
    int error;
    errno = EDOM;
    error = posix_spawn(&pid, path, actions, attributes,
                        strcmp(path, "/bin/grep") == 0 ? look : show, environ);
    after = error == 0 ? errno : 0;
    if (error == 0 && waitpid(pid, &status, 0) == pid)
        say_status(what, status);
    (void)printf("%s: %d, errno %d\n", what, error, after);
    (void)fflush(stdout);
}

static void spawns(void) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t mask;
    int directory = open("/usr/lib", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawnattr_init(&attributes);
    (void)signal(SIGUSR1, SIG_IGN);
    spawn_one("plain", NULL, NULL, "/bin/sh");
    spawn_one("missing", NULL, NULL, "/nonexistent/program");
    spawn_one("a directory", NULL, NULL, "/bin");
    (void)posix_spawn_file_actions_addopen(&actions, 9, "/dev/null", O_RDONLY, 0);
    (void)posix_spawn_file_actions_adddup2(&actions, 1, 2);
    (void)posix_spawn_file_actions_addclose(&actions, 0);
    (void)posix_spawn_file_actions_addchdir_np(&actions, "/usr/bin");
    spawn_one("actions", &actions, NULL, "/bin/sh");
    spawn_one("a path relative to another directory", &actions, NULL, "./sh");
    (void)sigemptyset(&mask);
    (void)sigaddset(&mask, SIGUSR1);
    (void)posix_spawnattr_setsigmask(&attributes, &mask);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID |
                                                    POSIX_SPAWN_RESETIDS);
    spawn_one("attributes", NULL, &attributes, "/bin/sh");
    spawn_one("its signals", NULL, &attributes, "/bin/grep");
    (void)posix_spawnattr_setsigdefault(&attributes, &mask);
    (void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                                    POSIX_SPAWN_USEVFORK);
    spawn_one("a group of its own", NULL, &attributes, "/bin/sh");
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    spawn_one("closed from 3 on", &actions, NULL, "/bin/sh");
    (void)posix_spawn_file_actions_addtcsetpgrp_np(&actions, STDIN_FILENO);
    spawn_one("in front of no terminal", &actions, NULL, "/bin/sh");
    (void)posix_spawn_file_actions_init(&actions);
    (void)posix_spawn_file_actions_addfchdir_np(&actions, directory);
    spawn_one("in a directory that is open", &actions, NULL, "/bin/sh");
    say("without a pid", posix_spawn(NULL, "/bin/true", NULL, NULL, show, environ));
    (void)wait(NULL);
}

/* What a newer libc puts into its blocks (a control group), it finds there: see blocks.c. */
static void blocks(void) {
    union {
        const void *self;
        unsigned char bytes[sizeof(posix_spawnattr_t)];
        posix_spawnattr_t attributes;
    } attributes;
    union {
        const void *self;
        unsigned char bytes[sizeof(posix_spawn_file_actions_t)];
        posix_spawn_file_actions_t actions;
    } actions;
    pid_t pid = 0;
    memset(&attributes, 0xa5, sizeof attributes);
    memset(&actions, 0x5a, sizeof actions);
    attributes.self = &attributes;
    actions.self = &actions;
    say("result",
        posix_spawn(&pid, "/bin/true", &actions.actions, &attributes.attributes, show, environ));
    say("pid", pid);
}

/* Signals as the new image has them. */
static void signals(void) {
    sigset_t mask;
    (void)signal(SIGUSR1, SIG_IGN);
    (void)signal(SIGPIPE, SIG_DFL);
    (void)sigfillset(&mask);
    (void)sigprocmask(SIG_SETMASK, &mask, NULL);
    (void)execv("/bin/grep", look);
}

/* A program that exists only as a descriptor, and scripts through one. */
static void descriptors(void) {
    char *const truth[] = {(char[]){"true"}, NULL};
    char bytes[65536];
    ssize_t len;
    int from = open("/bin/true", O_RDONLY | O_CLOEXEC);
    int memory = memfd_create("program", 0);
    int directory = open("/bin", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int script = open("argument.sh", O_RDONLY);
    int closed_script = open("argument.sh", O_RDONLY | O_CLOEXEC);
    int status = -1;
    while ((len = read(from, bytes, sizeof bytes)) > 0)
        (void)!write(memory, bytes, (size_t)len);
    for (int which = 0; which < 8; which++) {
        pid_t pid = fork();
        char path[64];
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
        if (pid == 0) {
            if (which == 0)
                (void)fexecve(memory, truth, environ);
            else if (which == 1)
                (void)execv(path, truth);
            else if (which == 2)
                (void)execveat(directory, "true", truth, environ, 0);
            else if (which == 3)
                (void)execveat(directory, "awk", truth, environ, AT_SYMLINK_NOFOLLOW);
            else if (which == 4)
                (void)execveat(-1, "true", truth, environ, 0);
            else if (which == 5)
                (void)fexecve(script, truth, environ);
            else if (which == 6)
                (void)fexecve(closed_script, truth, environ);
            else
                (void)execv("/proc/self/exe", truth);
            _exit(100 + errno % 100);
        }
        (void)waitpid(pid, &status, 0);
        say_status("descriptor", status);
    }
}

static void *run_shell(void *context) {
    int *begun = context;
    (void)pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, NULL);
    *begun = 1;
    (void)system("sleep 5");
    return NULL;
}

/* A thread that is cancelled while it waits for a shell ends, and the process goes on. */
static void cancelled(void) {
    struct timespec moment = {0, 50000000};
    pthread_t thread;
    void *result = NULL;
    int begun = 0;
    (void)pthread_create(&thread, NULL, run_shell, &begun);
    (void)nanosleep(&moment, NULL);
    (void)pthread_cancel(thread);
    (void)pthread_join(thread, &result);
    say("cancelled", result == PTHREAD_CANCELED);
    say_status("afterwards", system("exit 4"));
}

/* What a program leaves open when it closes the rest, or has it closed by exec. */
static void ranges(void) {
    char *const list[] = {(char[]){"ls"}, (char[]){"/proc/self/fd"}, NULL};
    for (int by_exec = 0; by_exec <= 1; by_exec++) {
        pid_t pid = fork();
        if (pid == 0) {
            (void)dup2(STDOUT_FILENO, 77);
            if (by_exec != 0)
                (void)close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
            for (int fd = 3; fd < 256 && by_exec == 0; fd++)
                (void)close(fd);
            (void)execv("/bin/ls", list);
            _exit(127);
        }
        (void)waitpid(pid, NULL, 0);
    }
}

/* Stacks of our own making: what goes beyond one, ends the program. */
enum { CONTEXT_BYTES = 16384, CLONE_BYTES = 8192 };
static int own_status;

static char *make_stack(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *at = mmap(NULL, page + bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED || mprotect(at, page, PROT_NONE) != 0)
        exit(EXIT_FAILURE);
    return at + page;
}

static void spawn_once(void) {
    pid_t pid = -1;
    if (posix_spawn(&pid, "/bin/sh", NULL, NULL,
                    (char *const[]){(char[]){"sh"}, (char[]){"-c"}, (char[]){"exit 6"}, NULL},
                    environ) == 0)
        (void)waitpid(pid, &own_status, 0);
}

static int become_shell(void *code) {
    char *const arguments[] = {(char[]){"sh"}, (char[]){"-c"}, code, NULL};
    (void)execve("/bin/sh", arguments, environ);
    _exit(127);
}

static void stacks(void) {
    ucontext_t here;
    ucontext_t there;
    char code[] = "exit 7";
    char *small = make_stack(CLONE_BYTES) + CLONE_BYTES;
    pid_t pid;
    (void)getcontext(&there);
    there.uc_stack.ss_sp = make_stack(CONTEXT_BYTES);
    there.uc_stack.ss_size = CONTEXT_BYTES;
    there.uc_link = &here;
    makecontext(&there, spawn_once, 0);
    say("context", swapcontext(&here, &there));
    say_status("started in it", own_status);
    pid = clone(become_shell, small, CLONE_VM | CLONE_VFORK | SIGCHLD, code);
    (void)waitpid(pid, &own_status, 0);
    say_status("clone that shares memory", own_status);
    pid = clone(become_shell, small, SIGCHLD, code);
    (void)waitpid(pid, &own_status, 0);
    say_status("clone", own_status);
}

static void at_end(void) {
    say_status("at the end", system("exit 5"));
}

/* A plugin starts a program when it comes and when it goes. */
static void load_and_unload(void) {
    char path[4096];
    ssize_t len = readlink("/proc/self/exe", path, sizeof path - sizeof "plugin.so");
    void *plugin;
    while (len > 0 && path[len - 1] != '/')
        len--;
    memcpy(path + len, "plugin.so", sizeof "plugin.so");
    plugin = dlopen(path, RTLD_NOW);
    if (plugin != NULL)
        say("closed", dlclose(plugin));
    say("still there", dlopen(path, RTLD_NOW | RTLD_NOLOAD) != NULL);
    say_status("afterwards", system("exit 4"));
    exit(7);
}

/* The ways in which a program ends, in children of a fork; what is to happen then, starts another.
 */
static void endings(void) {
    for (int which = 0; which < 5; which++) {
        pid_t pid = fork();
        int status = -1;
        if (pid == 0) {
            (void)atexit(at_end);
            (void)at_quick_exit(at_end);
            if (which == 0)
                exit(3);
            if (which == 1)
                quick_exit(4);
            if (which == 2)
                _exit(5);
            if (which == 3)
                (void)raise(SIGABRT);
            load_and_unload();
        }
        (void)waitpid(pid, &status, 0);
        say_status("ended", status);
    }
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {{"system", systems},      {"popen", popens},    {"wordexp", expansions},
                 {"spawn", spawns},        {"signals", signals}, {"descriptors", descriptors},
                 {"cancelled", cancelled}, {"stacks", stacks},   {"ranges", ranges},
                 {"blocks", blocks},       {"endings", endings}};
    if (errno != 0)
        return EXIT_FAILURE;
    for (size_t i = 0; argc == 2 && i < sizeof cases / sizeof cases[0]; i++) {
        if (strcmp(argv[1], cases[i].name) == 0) {
            cases[i].run();
            return EXIT_SUCCESS;
        }
    }
    return EXIT_FAILURE;
}
