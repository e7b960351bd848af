/*
 * Asks an endpoint as libraries do, one question a connection, a number of clients at a time, or with `keep` as the
 * peer's clients do, each of which keeps its connection:
 *   askers SOCKET CLIENTS COUNT [keep]
 * Prints how many questions were asked, the seconds that took, the median, p99 and first latency and the processor
 * time of asking a question in microseconds. In C, so that asking costs as little as it does in the library.
 */
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* What a working agent starts; %s is an argument of each question's own. */
static const char *const commands[][3] = {
    {"\"git\",\"status\",\"--short\"", "git status --short", "git"},
    {"\"ls\",\"-la\",\"/work/project/src\"", "ls -la /work/project/src", "ls"},
    {"\"grep\",\"-rn\",\"createServer\",\"src\"", "grep -rn createServer src", "grep"},
    {"\"node\",\"scripts/build.mjs\",\"--watch=false\"", "node scripts/build.mjs --watch=false", "node"},
    {"\"bash\",\"-c\",\"cd /work/project && npm test 2>&1 | tail -n 40\"",
     "bash -c 'cd /work/project && npm test 2>&1 | tail -n 40'", "bash"},
    {"\"sed\",\"-n\",\"1,120p\",\"src/index.ts\"", "sed -n 1,120p src/index.ts", "sed"},
    {"\"cat\",\"package.json\"", "cat package.json", "cat"},
    {"\"rm\",\"-rf\",\"/work/project/dist\"", "rm -rf /work/project/dist", "rm"},
};

static struct sockaddr_un address = {.sun_family = AF_UNIX};
static bool is_kept;
static long wanted;
static long taken;
static float *latencies;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

static int write_question(char *to, size_t size, long serial)
{
    const char *const *command = commands[(size_t)serial % (sizeof commands / sizeof commands[0])];
    char body[2048];
    const int pid = (int)getpid();
    int length = snprintf(
        body, sizeof body,
        "{\"agent\":\"preload\",\"session\":\"bench\",\"params\":{\"command\":\"%s n%ld\"},\"enforce\":true,"
        "\"id\":\"%016x%016lx\",\"argv\":[%s,\"n%ld\"],\"exe\":\"/usr/bin/%s\",\"cwd\":\"/tmp\",\"pid\":%d,"
        "\"ppid\":%d,\"sid\":%d,\"door\":\"execve\",\"markers\":[],\"guardable\":true,\"truncated\":false}",
        command[1], serial, (unsigned)pid, serial, command[0], serial, command[2], pid, (int)getppid(), pid);
    return snprintf(to, size,
                    "POST /v1/preflight/exec HTTP/1.1\r\nHost: rampart\r\nContent-Type: application/json\r\n"
                    "Content-Length: %d\r\nConnection: %s\r\nPrefer: wait=120\r\n\r\n%s",
                    length, is_kept ? "keep-alive" : "close", body);
}

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static int open_connection(void)
{
    const int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0 || connect(connection, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
    return connection;
}

/* Whether the answer is there to its end; one behind which the connection is closed ends there. */
static bool is_whole(const char *answer, size_t have)
{
    const char *const end = strstr(answer, "\r\n\r\n");
    const char *const length = strstr(answer, "Content-Length: ");
    if (!is_kept || end == NULL || length == NULL || length > end) return false;
    return have >= (size_t)(end + 4 - answer) + strtoul(length + strlen("Content-Length: "), NULL, 10);
}

static void ask(int connection, long serial)
{
    char question[4096];
    char answer[8192] = "";
    size_t have = 0;
    const int length = write_question(question, sizeof question, serial);
    const double start = now();
    if (!is_kept) connection = open_connection();
    if (write(connection, question, (size_t)length) != length) fail("write");
    for (ssize_t got; !is_whole(answer, have);) {
        got = read(connection, answer + have, sizeof answer - 1 - have);
        if (got <= 0) break;
        have += (size_t)got;
        answer[have] = 0;
    }
    if (!is_kept) close(connection);
    latencies[serial] = (float)(now() - start);
    if (strncmp(answer, "HTTP/1.1 200", 12) == 0 && strstr(answer, "\"allowed\":") != NULL) return;
    fprintf(stderr, "no answer: %s\n", answer);
    exit(1);
}

static void *ask_on(void *unused)
{
    const int connection = is_kept ? open_connection() : -1;
    for (long serial; (serial = __atomic_fetch_add(&taken, 1, __ATOMIC_RELAXED)) < wanted;) ask(connection, serial);
    if (is_kept) close(connection);
    return unused;
}

static double processor_time(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
           (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static int compare(const void *one, const void *other)
{
    const float first = *(const float *)one;
    const float second = *(const float *)other;
    return (first > second) - (first < second);
}

int main(int argc, char **argv)
{
    enum { MAX_CLIENTS = 256 };
    pthread_t clients[MAX_CLIENTS];
    if (argc < 4 || argc > 5 || strlen(argv[1]) >= sizeof address.sun_path) return 2;
    memcpy(address.sun_path, argv[1], strlen(argv[1]) + 1);
    const int count = atoi(argv[2]);
    wanted = atol(argv[3]);
    is_kept = argc == 5;
    latencies = calloc((size_t)wanted, sizeof *latencies);
    if (latencies == NULL || count < 1 || count > MAX_CLIENTS || wanted < 1) return 2;
    const double start = now();
    for (int each = 0; each < count; each += 1)
        if (pthread_create(&clients[each], NULL, ask_on, NULL) != 0) fail("pthread_create");
    for (int each = 0; each < count; each += 1) pthread_join(clients[each], NULL);
    const double seconds = (now() - start) / 1e6;
    const double first = latencies[0];
    qsort(latencies, (size_t)wanted, sizeof *latencies, compare);
    printf("{\"asked\":%ld,\"seconds\":%.4f,\"median\":%.0f,\"p99\":%.0f,\"first\":%.0f,\"cost\":%.1f}\n",
           wanted, seconds, (double)latencies[wanted / 2], (double)latencies[wanted * 99 / 100], first,
           processor_time() / (double)wanted);
    free(latencies);
    return 0;
}
