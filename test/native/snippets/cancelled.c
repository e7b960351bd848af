/* Threads that are cancelled while a question of theirs is open: `cancelled SOCKET`. The program is
   the endpoint that its own threads ask, so it knows when that is. Ends with 0 when nothing is left
   behind. */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

#define HEAD "HTTP/1.1 200 OK\r\nContent-Length: "
static const char allow[] = HEAD "16\r\n\r\n{\"allowed\":true}";
static const char deny[] = HEAD "17\r\n\r\n{\"allowed\":false}";
static char *const truth[] = {(char[]){"true"}, NULL};

enum { SPAWNED = 1000 };

/* Waiting would be a point of cancellation. */
static int spawn(void) {
    pid_t pid = -1;
    int error = posix_spawn(&pid, "/bin/true", NULL, NULL, truth, environ);
    return error != 0 ? error : SPAWNED;
}

static int run_shell(void) {
    return system("true") == -1 ? errno : SPAWNED;
}

static int become(void) {
    (void)execv("/bin/true", truth);
    return errno;
}

/* One thread that asks. */
struct asker {
    int (*call)(void);
    int type;
    volatile int result;
};

static void *ask(void *context) {
    struct asker *asker = context;
    (void)pthread_setcanceltype(asker->type, NULL);
    asker->result = asker->call();
    pthread_testcancel();
    return NULL;
}

static void fail(const char *what) {
    (void)printf("%s: %s\n", what, strerror(errno));
    exit(EXIT_FAILURE);
}

static void expect(const char *what, bool holds) {
    if (!holds)
        fail(what);
}

static int listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    expect("listening", bind(fd, (void *)&address, sizeof address) == 0 && listen(fd, 8) == 0);
    return fd;
}

/* Takes a whole question. */
static int take_question(int listener) {
    static const char end[] = "\"truncated\":false}";
    char text[8192];
    size_t used = 0;
    int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    while (used < sizeof end || memcmp(text + used + 1 - sizeof end, end, sizeof end - 1) != 0) {
        ssize_t count = read(fd, text + used, sizeof text - used);
        expect("a question", count > 0);
        used += (size_t)count;
    }
    return fd;
}

static unsigned count_lines(const char *path) {
    FILE *file = fopen(path, "re");
    unsigned lines = 0;
    for (int c = getc(file); c != EOF; c = getc(file))
        lines += c == '\n';
    (void)fclose(file);
    return lines;
}

static unsigned count_descriptors(void) {
    unsigned count = 0;
    for (int fd = 0; fd < 256; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

/* Runs a thread that asks, and cancels it when its question has come; an answer may follow. */
static int cancel(int listener, int (*call)(void), int type, const char *answer) {
    struct asker asker = {call, type, 0};
    pthread_t thread;
    void *result = NULL;
    int fd;
    expect("a thread", pthread_create(&thread, NULL, ask, &asker) == 0);
    fd = take_question(listener);
    expect("cancelling", pthread_cancel(thread) == 0);
    if (answer != NULL)
        expect("answering", write(fd, answer, strlen(answer)) > 0);
    (void)close(fd);
    expect("joining", pthread_join(thread, &result) == 0);
    expect("a thread that was cancelled", result == PTHREAD_CANCELED);
    return asker.result;
}

static int (*const calls[])(void) = {spawn, run_shell, become};

/* The question is asked and answered as if nobody had cancelled; what libc makes of it then, is
 * libc's. */
static void check_deferred(int listener) {
    unsigned descriptors = count_descriptors();
    int status = -1;
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        expect("a refusal", cancel(listener, calls[i], PTHREAD_CANCEL_DEFERRED, deny) == EPERM);
    expect("a start", cancel(listener, spawn, PTHREAD_CANCEL_DEFERRED, allow) == SPAWNED);
    expect("its child", wait(&status) > 0 && status == 0);
    expect("descriptors", count_descriptors() == descriptors);
}

/* Nothing is left: what is cancelled during a question ends when that has. */
static void check_at_once(int listener) {
    sigset_t before;
    sigset_t after;
    unsigned descriptors = count_descriptors();
    unsigned maps = count_lines("/proc/self/maps");
    char **environment = environ;
    (void)sigprocmask(SIG_SETMASK, NULL, &before);
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        expect("no result", cancel(listener, calls[i], PTHREAD_CANCEL_ASYNCHRONOUS, NULL) == 0);
    (void)sigprocmask(SIG_SETMASK, NULL, &after);
    expect("descriptors", count_descriptors() == descriptors);
    expect("mappings", count_lines("/proc/self/maps") == maps);
    expect("environment", environ == environment);
    for (int number = 1; number < NSIG; number++)
        expect("signals", sigismember(&before, number) == sigismember(&after, number));
}

int main(int argc, char **argv) {
    int listener;
    if (argc != 2)
        return EXIT_FAILURE;
    listener = listen_at(argv[1]);
    check_deferred(listener);
    check_at_once(listener);
    check_deferred(listener);
    return EXIT_SUCCESS;
}
