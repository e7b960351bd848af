/* Waiting for an answer: how long, for what, and what ends it. A thread plays the endpoint. */

#include "../check.h"
#include "transport.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MILLISECOND INT64_C(1000000)
#define INTERIM "HTTP/1.1 102 Processing\r\n\r\n"
#define FOUR_INTERIM INTERIM INTERIM INTERIM INTERIM
#define MANY_INTERIM FOUR_INTERIM FOUR_INTERIM FOUR_INTERIM FOUR_INTERIM FOUR_INTERIM FOUR_INTERIM
#define ALLOW "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"allowed\":true}"

enum {
    MAX_STEPS = 8,
    PATIENCE_MS = 700,
    LESS_THAN_BUDGET_MS = 1900,
    BUDGET_MS = 1999,
    LATE_MS = 6000
};

/* What the endpoint sends, and how many milliseconds after what it did before. */
struct step {
    int pause;
    const char *bytes;
};

struct script {
    struct step steps[MAX_STEPS]; /* ends with one that has no bytes */
    int again;                    /* how often the last bytes come once more, a pause apart */
    bool stays;                   /* does not close behind the last */
    bool resets;                  /* closes as who wants nothing more */
};

static char directory[] = "/tmp/rampart-transport-XXXXXX";
static struct rp_settings settings;
static int listener;
static int tcp_listener;

static int64_t now(void) {
    struct timespec time;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 * MILLISECOND + time.tv_nsec;
}

static void rest(int milliseconds) {
    struct timespec time = {milliseconds / 1000, milliseconds % 1000 * MILLISECOND};
    while (nanosleep(&time, &time) != 0)
        continue;
}

static bool send_after(int fd, const struct step *step) {
    rest(step->pause);
    return send(fd, step->bytes, strlen(step->bytes), MSG_NOSIGNAL) > 0;
}

static void *play(void *context) {
    const struct script *script = context;
    static const struct linger at_once = {1, 0};
    char question[4096];
    int fd = accept(settings.url.kind == RP_URL_UNIX ? listener : tcp_listener, NULL, NULL);
    size_t i = 0;
    bool open = recv(fd, question, sizeof question, 0) > 0;
    for (; open && script->steps[i].bytes != NULL; i++)
        open = send_after(fd, &script->steps[i]);
    for (int more = 0; open && more < script->again; more++)
        open = send_after(fd, &script->steps[i - 1]);
    while (open && script->stays)
        open = recv(fd, question, sizeof question, 0) > 0;
    if (script->resets)
        (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    (void)close(fd);
    return NULL;
}

static enum rp_outcome ask_whoever(int64_t *took) {
    static const char *const argv[] = {"true", NULL};
    char buffer[512];
    char spare[256];
    struct rp_question question = {.agent = "a",
                                   .session = "s",
                                   .path = "/bin/true",
                                   .argv = argv,
                                   .door = "execve",
                                   .id = (const unsigned char *)"0123456789abcdef"};
    struct rp_trace trace = {{0}};
    struct rp_exchange exchange = {.buffer = buffer,
                                   .trace = &trace,
                                   .cap = sizeof buffer,
                                   .spare = spare,
                                   .spare_cap = sizeof spare,
                                   .start = now(),
                                   .patience = PATIENCE_MS * MILLISECOND};
    enum rp_outcome outcome = rp_transport_ask(&settings, &question, &exchange);
    *took = (now() - exchange.start) / MILLISECOND;
    return outcome;
}

static enum rp_outcome ask(const struct script *script, int64_t *took) {
    enum rp_outcome outcome;
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, play, (void *)(uintptr_t)script) == 0, "%s",
          strerror(errno));
    outcome = ask_whoever(took);
    (void)pthread_join(thread, NULL);
    return outcome;
}

static void check(const char *name, const struct script *script, enum rp_outcome wanted) {
    int64_t took;
    enum rp_outcome outcome = ask(script, &took);
    CHECK(outcome == wanted, "%s: %d after %lld ms", name, outcome, (long long)took);
}

/* Runs out of time within these milliseconds. */
static void check_timeout(const char *name, const struct script *script, int from, int to) {
    int64_t took;
    enum rp_outcome outcome = ask(script, &took);
    CHECK(outcome == RP_TIMEOUT && took >= from && took < to, "%s: %d after %lld ms", name, outcome,
          (long long)took);
}

static void check_interim(void) {
    static const struct script once = {.steps = {{0, INTERIM ALLOW}}};
    static const struct script several = {
        .steps = {{5, INTERIM}, {5, INTERIM}, {5, INTERIM ALLOW}}};
    static const struct script split = {.steps = {{0, "HTTP/1.1 1"},
                                                  {5, "02 Processing\r"},
                                                  {5, "\n\r"},
                                                  {5, "\nHTTP/1.1 200 "},
                                                  {5, "OK\r\nContent-Length: 16\r\n\r\n{\"allo"},
                                                  {5, "wed\":true}"}}};
    static const struct script garbage = {.steps = {{0, INTERIM}, {5, "garbage\r\n"}},
                                          .stays = true};
    static const struct script cut = {.steps = {{0, INTERIM}}};
    static const struct script failing = {.steps = {{0, INTERIM}, {5, "HTTP/1.1 503 Busy\r\n"}},
                                          .stays = true};
    check("one interim answer", &once, RP_ALLOWED);
    check("several", &several, RP_ALLOWED);
    check("pieces", &split, RP_ALLOWED);
    check("garbage behind one", &garbage, RP_MALFORMED);
    check("the end behind one", &cut, RP_CUT);
    check("a failure behind one", &failing, RP_SERVER_ERROR);
}

/* Interim answers without end: the patience ends, and no later. A test's is shorter than the time
   that asking has without them, which is what ends another question. */
static void check_patience(void) {
    static const struct script endless = {.steps = {{20, INTERIM}}, .again = 1000, .stays = true};
    /* In few pieces: the patience must not end before the last is sent. */
    static const struct script flood = {.steps = {{0, MANY_INTERIM}}, .again = 150, .stays = true};
    check_timeout("endless", &endless, PATIENCE_MS, LESS_THAN_BUDGET_MS);
    check("more bytes than an answer may have", &flood, RP_MALFORMED);
}

/* Without an interim answer a question has two seconds; each one begins them anew. */
static void check_budget(void) {
    static const struct script silent = {.stays = true};
    static const struct script slow = {
        .steps = {{0, "HTTP/1.1 200 OK\r\n"}, {100, "H"}}, .again = 100, .stays = true};
    check_timeout("silence", &silent, BUDGET_MS, LATE_MS);
    check_timeout("a byte at a time", &slow, BUDGET_MS, LATE_MS);
}

static void *make_room(void *context) {
    static const struct script allow = {.steps = {{0, ALLOW}}};
    rest(50);
    (void)close(accept(listener, NULL, NULL));
    (void)context;
    return play((void *)(uintptr_t)&allow);
}

/* An endpoint that takes no more connections is busy, not absent: it has the time that connecting
   may take. */
static void check_full_queue(const struct sockaddr_un *address) {
    enum { CONNECT_MS = 980 }; /* less one pause */
    enum rp_outcome outcome;
    pthread_t thread;
    int64_t took;
    int waiting = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(listen(listener, 0) == 0 &&
              connect(waiting, (const struct sockaddr *)address, sizeof *address) == 0,
          "%s", strerror(errno));
    outcome = ask_whoever(&took);
    CHECK(outcome == RP_TIMEOUT && took >= CONNECT_MS && took < LESS_THAN_BUDGET_MS,
          "%d after %lld ms", outcome, (long long)took);
    CHECK(pthread_create(&thread, NULL, make_room, NULL) == 0, "%s", strerror(errno));
    outcome = ask_whoever(&took);
    CHECK(outcome == RP_ALLOWED, "%d after %lld ms", outcome, (long long)took);
    (void)pthread_join(thread, NULL);
    (void)close(waiting);
    CHECK(listen(listener, 8) == 0, "%s", strerror(errno));
}

static void on_alarm(int number) {
    (void)number;
}

/* A timer that interrupts every wait changes nothing. */
static void check_interrupted(void) {
    static const struct script slow = {.steps = {{50, INTERIM}, {50, INTERIM}, {50, ALLOW}}};
    struct itimerval every = {{0, 1000}, {0, 1000}};
    struct itimerval never = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = on_alarm};
    CHECK(sigaction(SIGALRM, &action, NULL) == 0 && setitimer(ITIMER_REAL, &every, NULL) == 0, "%s",
          strerror(errno));
    check("a storm of signals", &slow, RP_ALLOWED);
    (void)setitimer(ITIMER_REAL, &never, NULL);
}

/* Over TCP nobody was told that we wait, so nobody makes us. */
static void check_tcp(void) {
    static const struct script endless = {.steps = {{300, INTERIM}}, .again = 20, .stays = true};
    static const struct script reset = {.resets = true};
    check("a reset", &reset, RP_CUT);
    check_timeout("endless over TCP", &endless, BUDGET_MS, LATE_MS);
}

/* What asking comes to for a user who is neither root nor the endpoint's. */
static int outcome_for(uid_t user) {
    static const struct rp_question question = {.agent = "a",
                                                .session = "s",
                                                .path = "/bin/true",
                                                .door = "execve",
                                                .id = (const unsigned char *)"0123456789abcdef"};
    int status = -1;
    pid_t pid = fork();
    if (pid == 0) {
        char buffer[1024];
        struct rp_trace trace = {{0}};
        struct rp_exchange exchange = {.trace = &trace,
                                       .buffer = buffer,
                                       .cap = 512,
                                       .spare = buffer + 512,
                                       .spare_cap = 512,
                                       .start = now()};
        _exit(setresuid(user, user, user) != 0
                  ? 99
                  : (int)rp_transport_ask(&settings, &question, &exchange));
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status), "%d", status);
    return WEXITSTATUS(status);
}

/* Another user's endpoint is not asked, except by root, who has nothing to hide from it; and where
   it has gone, another user does not say that nobody is there. Only root can play this. */
static void check_owner(const char *path, const char *url) {
    enum { OWNER = 12345, OTHER = 12346 };
    static const struct script allow = {.steps = {{0, ALLOW}}};
    char aside[sizeof directory + 8];
    char below[sizeof directory + 32];
    if (geteuid() != 0)
        return;
    (void)snprintf(aside, sizeof aside, "%s/aside", directory);
    CHECK(chmod(directory, 0711) == 0 && chmod(path, 0666) == 0 && chown(path, OWNER, OWNER) == 0,
          "%s", strerror(errno));
    check("another's endpoint, for root", &allow, RP_ALLOWED);
    CHECK(outcome_for(OTHER) == RP_FOREIGN, "%s", "another's endpoint");
    CHECK(rename(path, aside) == 0, "%s", strerror(errno));
    CHECK(outcome_for(OTHER) == RP_NOBODY, "%s", "nobody in a directory of root's");
    CHECK(chown(directory, OWNER, OWNER) == 0, "%s", strerror(errno));
    CHECK(outcome_for(OTHER) == RP_FOREIGN, "%s", "nobody in another's directory");
    CHECK(outcome_for(OWNER) == RP_NOBODY, "%s", "nobody in one's own");
    /* As endpoints make them. */
    CHECK(chmod(directory, 0700) == 0, "%s", strerror(errno));
    CHECK(outcome_for(OTHER) == RP_FOREIGN, "%s", "a directory that another keeps closed");
    CHECK(outcome_for(OWNER) == RP_NOBODY, "%s", "one that oneself keeps closed");
    (void)snprintf(below, sizeof below, "unix://%s/a/b/endpoint.sock", directory);
    rp_url_parse(below, &settings.url);
    CHECK(outcome_for(OTHER) == RP_FOREIGN, "%s", "a place below it");
    CHECK(chown(directory, 0, 0) == 0, "%s", strerror(errno));
    CHECK(outcome_for(OTHER) == RP_FORBIDDEN, "%s", "a place below one that root keeps closed");
    rp_url_parse(url, &settings.url);
    CHECK(rename(aside, path) == 0 && chown(path, 0, 0) == 0, "%s", strerror(errno));
}

int main(void) {
    static char url[128];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct sockaddr_in tcp = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof tcp;
    CHECK(mkdtemp(directory) != NULL, "%s", strerror(errno));
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%s/endpoint.sock", directory);
    (void)snprintf(url, sizeof url, "unix://%s", address.sun_path);
    listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    tcp_listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(bind(listener, (struct sockaddr *)&address, sizeof address) == 0 &&
              listen(listener, 8) == 0 && bind(tcp_listener, (struct sockaddr *)&tcp, size) == 0 &&
              listen(tcp_listener, 8) == 0 &&
              getsockname(tcp_listener, (struct sockaddr *)&tcp, &size) == 0,
          "%s", strerror(errno));
    rp_url_parse(url, &settings.url);
    check_interim();
    check_patience();
    check_budget();
    check_full_queue(&address);
    check_interrupted();
    check_owner(address.sun_path, url);
    (void)snprintf(url, sizeof url, "http://127.0.0.1:%u", ntohs(tcp.sin_port));
    rp_url_parse(url, &settings.url);
    check_tcp();
    (void)unlink(address.sun_path);
    CHECK(rmdir(directory) == 0, "%s", strerror(errno));
    return check_finish();
}
