/* Any bytes as the tables of a state file that is trusted: only a hash that stands there allows, no
   name is longer than its field, and nothing is found behind the file's end. */

#include "memory.h"
#include "state_tables.h"
#include "verdict.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len);

enum { VERDICTS = 64, DORMANT = 131136, AGENTS = 134208, WHOLE = 137280, TABLE_BYTES = 3072 };
enum { HEAD = 4 };

static const char *const argv[] = {"ls", "-l", NULL};
static const struct rp_question question = {.path = "/bin/ls",
                                            .argv = argv,
                                            .door = "execve",
                                            .cwd = "/w",
                                            .exe = {{NULL, NULL, "/bin/ls"}, {0, 0, 7}}};

static void put(int fd, const unsigned char *bytes, size_t len, off_t offset) {
    if (pwrite(fd, bytes, len, offset) != (ssize_t)len)
        abort();
}

/* A file whose three tables have these bytes at their beginnings; the first is one bucket. */
static void fill(int fd, const unsigned char *bytes, size_t len, off_t bucket) {
    unsigned char table[TABLE_BYTES] = {0};
    memcpy(table, bytes, len < sizeof table ? len : sizeof table);
    put(fd, table, RP_VERDICT_BUCKET_BYTES, bucket);
    put(fd, table, sizeof table, DORMANT);
    put(fd, table, sizeof table, AGENTS);
}

static void check_verdict(struct rp_state_file *file, uint64_t hash, off_t bucket) {
    unsigned char slots[RP_VERDICT_BUCKET_BYTES];
    bool found = false;
    if (pread(file->fd, slots, sizeof slots, bucket) != (ssize_t)sizeof slots)
        abort();
    for (size_t i = 0; i < sizeof slots; i += 8)
        found = found || rp_memory_load(slots + i, 8) == hash;
    if (rp_state_tables_allow(file, &question) != (found && file->state.length >= DORMANT))
        abort();
}

static void check_agent(struct rp_state_file *file, const char *current) {
    char into[RP_STATE_TABLES_NAME_BYTES];
    struct rp_path exe = {{NULL, NULL, "/bin/agent"}, {0, 0, 10}};
    memset(into, 'x', sizeof into);
    if (!rp_state_tables_find_agent(file, &exe, current, into) && into[0] != '\0')
        abort();
    if (memchr(into, '\0', sizeof into) == NULL || (into[0] != '\0' && file->state.length < AGENTS))
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len) {
    static const unsigned char nothing[RP_VERDICT_BUCKET_BYTES];
    static int fd = -1;
    static off_t last = VERDICTS;
    struct rp_state_file file = {.fd = -1};
    const char *condition = len >= HEAD && bytes[1] / 8 % 2 == 1 ? "unlinked" : NULL;
    uint64_t hash = rp_verdict_hash(file.state.table_key, condition, &question);
    off_t bucket = VERDICTS + (off_t)(hash % RP_VERDICT_BUCKETS * RP_VERDICT_BUCKET_BYTES);
    if (len < HEAD || hash == 0)
        return 0;
    if (fd >= 0)
        put(fd, nothing, sizeof nothing, last);
    last = bucket;
    if (fd < 0 && ((fd = memfd_create("state", MFD_CLOEXEC)) < 0 || ftruncate(fd, WHOLE) != 0))
        abort();
    fill(fd, bytes + HEAD, len - HEAD, bucket);
    if (bytes[0] % 4 == 1)
        put(fd, (const unsigned char *)&hash, sizeof hash, bucket + 8 * (bytes[1] % 8));
    file.fd = fd;
    file.state.valid = true;
    file.state.length = bytes[0] % 2 == 0 ? WHOLE : (uint32_t)bytes[2] * WHOLE / 255;
    check_verdict(&file, hash, bucket);
    if (rp_state_tables_is_dormant(&file, bytes[3] % 2))
        abort();
    (void)rp_state_tables_is_dormant(&file, getpid());
    check_agent(&file, NULL);
    check_agent(&file, "agent");
    return 0;
}
