/* Appending to the journal while a reader takes it away, and where it is not written. */

#include "../check.h"
#include "journal.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FRAMES = 3000, ID_BYTES = 16, ID_OFFSET = 16, LENGTH_OFFSET = 4 };

static char directory[] = "/tmp/rampart-journal-XXXXXX";
static char journal[64];
static char lost[64];
static struct rp_settings settings;
static unsigned char seen[FRAMES];
static atomic_bool writing = true;

static bool append_kind(unsigned number, const char *argument, enum rp_journal_kind kind) {
    unsigned char id[RP_REQUEST_ID_BYTES] = {0};
    char buffer[256];
    const char *argv[] = {"x", argument, NULL};
    struct rp_question question;
    memset(&question, 0, sizeof question);
    id[12] = (unsigned char)(number >> 24);
    id[13] = (unsigned char)(number >> 16);
    id[14] = (unsigned char)(number >> 8);
    id[15] = (unsigned char)number;
    question.id = id;
    question.door = "execve";
    question.agent = question.session = "a";
    question.argv = argv;
    question.guardable = true;
    return rp_journal_append(&settings, &question, kind, 0, buffer, sizeof buffer);
}

static bool append(unsigned number, const char *argument) {
    return append_kind(number, argument, RP_JOURNAL_UNANSWERED);
}

/* How many were counted as lost since the last look. */
static long take_lost(void) {
    struct stat status;
    long count = stat(lost, &status) == 0 ? (long)status.st_size : 0;
    (void)unlink(lost);
    return count;
}

/* Notes the numbers of the frames in what was read. */
static void note_frames(const unsigned char *bytes, size_t len) {
    while (len > ID_OFFSET + ID_BYTES) {
        size_t frame = bytes[LENGTH_OFFSET] | (size_t)bytes[LENGTH_OFFSET + 1] << 8;
        unsigned number = (unsigned)bytes[ID_OFFSET + 14] << 8 | bytes[ID_OFFSET + 15];
        CHECK(memcmp(bytes, "RMPJ", 4) == 0 && frame > 0 && frame <= len && number < FRAMES,
              "frame of %zu bytes with number %u", frame, number);
        if (frame == 0 || frame > len || number >= FRAMES)
            return;
        seen[number] = 1;
        bytes += frame;
        len -= frame;
    }
}

/* Takes the journal away as the endpoint does: renamed, removed, then read to its end. */
static void take_journal(void) {
    static unsigned char bytes[4 * 1024 * 1024];
    char taken[80];
    ssize_t len;
    int fd;
    (void)snprintf(taken, sizeof taken, "%s.1", journal);
    if (rename(journal, taken) != 0)
        return;
    fd = open(taken, O_RDONLY);
    (void)unlink(taken);
    len = read(fd, bytes, sizeof bytes);
    (void)close(fd);
    note_frames(bytes, len < 0 ? 0 : (size_t)len);
}

static void *take_often(void *context) {
    while (atomic_load(&writing))
        take_journal();
    take_journal();
    return context;
}

static void check_rotation(void) {
    pthread_t reader;
    unsigned missing = 0;
    CHECK(pthread_create(&reader, NULL, take_often, NULL) == 0, "%s", strerror(errno));
    for (unsigned number = 0; number < FRAMES; number++)
        CHECK(append(number, "y"), "frame %u", number);
    atomic_store(&writing, false);
    (void)pthread_join(reader, NULL);
    for (unsigned number = 0; number < FRAMES; number++)
        missing += seen[number] == 0;
    CHECK(missing == 0, "%u frames are missing", missing);
}

static void check_large_frame(void) {
    static char argument[200000];
    struct stat status;
    memset(argument, 'z', sizeof argument - 1);
    CHECK(append(1, argument), "%s", "a large frame");
    CHECK(stat(journal, &status) == 0 && status.st_size > RP_JOURNAL_MAX_ARGV &&
              status.st_size < RP_JOURNAL_MAX_FRAME,
          "%lld bytes", (long long)status.st_size);
    CHECK((status.st_mode & 0777) == 0600, "%o", status.st_mode);
    (void)unlink(journal);
}

static void check_refused_places(void) {
    struct stat status;
    CHECK(symlink("elsewhere", journal) == 0 && !append(1, "y"), "%s", "a symbolic link");
    (void)unlink(journal);
    CHECK(mkfifo(journal, 0600) == 0 && !append(1, "y"), "%s", "a FIFO");
    (void)unlink(journal);
    CHECK(mkdir(journal, 0700) == 0 && !append(1, "y"), "%s", "a directory");
    (void)rmdir(journal);
    CHECK(take_lost() == 3, "%s", "each is counted");
    CHECK(append(1, "y") && truncate(journal, 64 * 1024 * 1024) == 0 && !append(2, "y"), "%s",
          "a full journal");
    CHECK(stat(journal, &status) == 0 && status.st_size == 64 * 1024 * 1024, "%s", "left alone");
    CHECK(!append_kind(3, "y", RP_JOURNAL_EXEC_FAILED) && take_lost() == 2, "%s",
          "of every decision");
    CHECK(!append_kind(4, "y", RP_JOURNAL_TABLE_HIT) && !append_kind(5, "y", RP_JOURNAL_HELLO) &&
              take_lost() == 0,
          "%s", "but a verdict is not used then, and a hello decides nothing");
    (void)unlink(journal);
    settings.url.directory_len--;
    CHECK(!append(1, "y"), "%s", "no such directory");
    settings.url.directory_len++;
}

/* A write beyond the limit would end the program with a signal. */
static void check_size_limit(void) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        struct rlimit limit = {1, 1};
        (void)setrlimit(RLIMIT_FSIZE, &limit);
        _exit(append(1, "y") ? 1 : 0);
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0, "%d",
          status);
}

int main(void) {
    static char url[96];
    CHECK(mkdtemp(directory) != NULL, "%s", strerror(errno));
    (void)snprintf(journal, sizeof journal, "%s/journal", directory);
    (void)snprintf(lost, sizeof lost, "%s/lost", directory);
    (void)snprintf(url, sizeof url, "unix://%s/endpoint.sock", directory);
    rp_url_parse(url, &settings.url);
    check_rotation();
    check_large_frame();
    check_refused_places();
    check_size_limit();
    CHECK(take_lost() == 0, "%s", "nothing else is lost");
    CHECK(rmdir(directory) == 0, "%s", strerror(errno));
    return check_finish();
}
