/* Starts programs through every door, well and badly; ends with 1 when one did not do as it should.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <wordexp.h>

extern char **environ;

static int problems;

static void expect(int holds, const char *what) {
    if (holds)
        return;
    (void)fprintf(stderr, "problem: %s\n", what);
    problems++;
}

static int wait_for(pid_t pid) {
    int status = -1;
    return waitpid(pid, &status, 0) == pid && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* What a child of fork does; the error number is its status when there is no exec. */
#define IN_CHILD(name, call)                                                                       \
    do {                                                                                           \
        pid_t pid = fork();                                                                        \
        if (pid == 0) {                                                                            \
            (void)(call);                                                                          \
            _exit(errno);                                                                          \
        }                                                                                          \
        expect(wait_for(pid) == 0, name);                                                          \
    } while (0)

static void start_by_exec(void) {
    static char *const argv[] = {"true", "x", NULL};
    static char *const nothing[] = {NULL};
    IN_CHILD("execve", execve("/bin/true", argv, nothing));
    IN_CHILD("execv", execv("/bin/true", argv));
    IN_CHILD("execvp", execvp("true", argv));
    IN_CHILD("execvpe", execvpe("true", argv, nothing));
    IN_CHILD("execl", execl("/bin/true", "true", "x", NULL));
    IN_CHILD("execle", execle("/bin/true", "true", "x", NULL, nothing));
    IN_CHILD("execlp", execlp("true", "true", "x", NULL));
    IN_CHILD("fexecve", fexecve(open("/bin/true", O_RDONLY | O_CLOEXEC), argv, environ));
    IN_CHILD("execveat", execveat(AT_FDCWD, "/bin/true", argv, environ, 0));
}

static void start_by_vfork(void) {
    static char *const argv[] = {"true", NULL};
    for (int i = 0; i < 8; i++) {
        pid_t pid = vfork();
        if (pid == 0) {
            execve("/bin/true", argv, environ);
            _exit(1);
        }
        expect(wait_for(pid) == 0, "vfork");
    }
}

static void start_by_spawn(void) {
    static char *const argv[] = {"true", NULL};
    pid_t pid = -1;
    expect(posix_spawn(&pid, "/bin/true", NULL, NULL, argv, environ) == 0 && wait_for(pid) == 0,
           "posix_spawn");
    expect(posix_spawnp(&pid, "true", NULL, NULL, argv, environ) == 0 && wait_for(pid) == 0,
           "posix_spawnp");
}

static void start_by_shell(void) {
    wordexp_t words;
    char line[16] = "";
    FILE *file = popen("echo a; exec /bin/true", "r");
    expect(file != NULL && fgets(line, sizeof line, file) != NULL && strcmp(line, "a\n") == 0,
           "popen");
    expect(file != NULL && pclose(file) == 0, "pclose");
    expect(system("/bin/true && exit 3") == 3 << 8, "system");
    expect(wordexp("a$(/bin/echo b)", &words, 0) == 0 && strcmp(words.we_wordv[0], "ab") == 0,
           "wordexp");
}

static int fails_with(const char *path) {
    char *const argv[] = {(char *)path, NULL};
    pid_t pid = fork();
    if (pid == 0) {
        execv(path, argv);
        _exit(errno);
    }
    return wait_for(pid);
}

/* What does not start: nobody is asked about the first two, the third is allowed, the last denied.
 */
static void start_in_vain(void) {
    static char *const denied[] = {"touch", "forbidden", NULL};
    FILE *broken = fopen("broken", "w");
    pid_t pid;
    expect(broken != NULL && fputs("\177ELF is not enough", broken) >= 0 && fclose(broken) == 0 &&
               chmod("broken", 0755) == 0,
           "a broken program");
    expect(fails_with("./missing") == ENOENT, "missing");
    expect(fails_with("Makefile") == EACCES, "not a program");
    expect(fails_with("./broken") == ENOEXEC, "broken");
    pid = fork();
    if (pid == 0) {
        execvp("touch", denied);
        _exit(errno);
    }
    expect(wait_for(pid) == EPERM, "denied");
}

/* From here on the kernel kills this process for an exec, before it does it. */
static int forbid_exec(void) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) |
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* What is allowed, and killed before it starts. */
static void start_and_die(void) {
    static char *const argv[] = {"true", NULL};
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        if (forbid_exec() == 0)
            execve("/bin/true", argv, environ);
        _exit(errno);
    }
    expect(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS,
           "killed");
}

/* Refused shells: where the door lets it, one that says why starts in their place. */
static void start_refused_shells(void) {
    static char *const argv[] = {"sh", "-c", "touch forbidden; true", NULL};
    static char *const again[] = {"bash", "-c", "touch forbidden; false", NULL};
    pid_t pid = fork();
    if (pid == 0) {
        execve("/bin/sh", argv, environ);
        _exit(errno);
    }
    expect(wait_for(pid) == 126, "a shell by execve");
    pid = vfork();
    if (pid == 0) {
        execvp("bash", again);
        _exit(errno);
    }
    expect(wait_for(pid) == 126, "a shell by execvp");
    expect(posix_spawn(&pid, "/bin/sh", NULL, NULL, argv, environ) == 0 && wait_for(pid) == 126,
           "a shell by posix_spawn");
    expect(posix_spawnp(&pid, "sh", NULL, NULL, again, environ) == 0 && wait_for(pid) == 126,
           "a shell by posix_spawnp");
    expect(system("touch forbidden") == -1 && errno == EPERM, "a shell by system");
}

int main(void) {
    start_by_exec();
    start_by_vfork();
    start_by_spawn();
    start_by_shell();
    start_in_vain();
    start_refused_shells();
    start_and_die();
    return problems == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
