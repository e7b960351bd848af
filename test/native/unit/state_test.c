/* The tables behind the header of the state file: verdicts, dormant sessions, agents' programs. */

#include "../check.h"
#include "journal.h"
#include "links.h"
#include "memory.h"
#include "siphash.h"
#include "state_tables.h"
#include "verdict.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DORMANT = 131136, AGENTS = 134208, WHOLE = 137280 };

static const char *wire;
static char directory[] = "/tmp/rampart-state-XXXXXX";
static char path[64];
static struct rp_settings settings;
static unsigned char *image;

static void take_question(const struct check_block *block, struct rp_question *question,
                          const char *arguments[512]) {
    memset(question, 0, sizeof *question);
    question->door = check_value(block, "door", NULL);
    question->cwd = check_value(block, "cwd", NULL);
    question->exe.piece[2] = check_value(block, "exe", &question->exe.len[2]);
    (void)check_values(block, "arg", arguments);
    question->argv = arguments;
    question->path = question->exe.piece[2];
    if (strcmp(question->door, "system") == 0) {
        question->text = arguments[2];
        question->argv = NULL;
    }
}

static void seal(void) {
    rp_memory_store(image + 56, rp_siphash_checksum(image, 56), 8);
}

static void write_state(size_t len) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, image, len) == (ssize_t)len && close(fd) == 0, "%s",
          strerror(errno));
}

static void take_boot_id(unsigned char into[16]) {
    char text[RP_STATE_FILE_BOOT_ID_BYTES];
    char hex[32];
    size_t used = 0;
    int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY);
    CHECK(fd >= 0 && read(fd, text, sizeof text) == sizeof text && close(fd) == 0, "%s",
          strerror(errno));
    for (size_t i = 0; i < sizeof text; i++) {
        if (text[i] != '-' && used < sizeof hex)
            hex[used++] = text[i];
    }
    check_parse_hex(hex, into, 16);
}

/* The fixture as a state file of this boot. */
static void take_fixture(void) {
    size_t len;
    image = (unsigned char *)check_read(wire, "stateFiles/tables", ".bin", &len);
    CHECK(len == WHOLE, "%zu", len);
    take_boot_id(image + 16);
    seal();
}

static void put_boot_moment(uint32_t moment) {
    rp_memory_store(image + 33, moment, 3);
    seal();
    write_state(WHOLE);
}

static bool allows(const struct rp_question *question) {
    struct rp_state_file file;
    bool allowed;
    rp_state_file_start(&file, &settings);
    rp_state_file_open(&file);
    allowed = rp_state_tables_allow(&file, question);
    rp_state_file_close(&file);
    return allowed;
}

/* A file with another boot's id, so that it says something only when its moment is believed. */
static void check_boot_moment(const struct rp_question *question) {
    static const int offs[] = {0, -1, 1, -4, 4, 1 << 23};
    for (size_t i = 0; i < sizeof offs / sizeof offs[0]; i++) {
        put_boot_moment(
            rp_state_file_boot_moment(rp_sys_clock(CLOCK_REALTIME), rp_sys_clock(CLOCK_MONOTONIC)) +
            (uint32_t)offs[i]);
        CHECK(allows(question) == (i < 3), "%d units off", offs[i]);
    }
    put_boot_moment(0);
    CHECK(!allows(question), "%s where the file tells no moment", question->door);
}

/* A link in the file's place leads to what somebody else may write. */
static void check_link(const struct rp_question *question) {
    char aside[sizeof path + 8];
    (void)snprintf(aside, sizeof aside, "%s.aside", path);
    CHECK(rename(path, aside) == 0 && symlink(aside, path) == 0, "%s", strerror(errno));
    CHECK(!allows(question), "%s through a link", question->door);
    CHECK(rename(aside, path) == 0, "%s", strerror(errno));
}

static void check_verdict(const struct check_block *block) {
    const char *arguments[512];
    struct rp_question question;
    uint64_t hash = strtoull(check_value(block, "hash", NULL), NULL, 16);
    uint64_t bucket = strtoull(check_value(block, "bucket", NULL), NULL, 10);
    const char *cwd;
    take_question(block, &question, arguments);
    cwd = question.cwd;
    CHECK(rp_verdict_hash((const unsigned char *)check_value(block, "key", NULL),
                          check_value(block, "condition", NULL), &question) == hash,
          "%s", question.door);
    CHECK(hash % RP_VERDICT_BUCKETS == bucket, "%s", question.door);
    write_state(WHOLE);
    CHECK(allows(&question), "%s", question.door);
    check_link(&question);
    question.cwd = "/elsewhere";
    CHECK(!allows(&question), "%s elsewhere", question.door);
    question.cwd = NULL;
    CHECK(!allows(&question), "%s nowhere", question.door);
    question.cwd = cwd;
    write_state(64 + bucket * 64 + 63);
    CHECK(!allows(&question), "%s in a file that is cut", question.door);
    write_state(64);
    CHECK(!allows(&question), "%s behind a header alone", question.door);
    image[16] ^= 1;
    seal();
    write_state(WHOLE);
    CHECK(!allows(&question), "%s in a file of another boot", question.door);
    check_boot_moment(&question);
    image[16] ^= 1;
    image[40] ^= 1;
    seal();
    write_state(WHOLE);
    CHECK(!allows(&question), "%s under another key", question.door);
    image[40] ^= 1;
    rp_memory_store(image + 8, 64, 4);
    seal();
    write_state(WHOLE);
    CHECK(!allows(&question), "%s behind the valid length", question.door);
    rp_memory_store(image + 8, WHOLE, 4);
    seal();
}

static void check_verdicts(void) {
    static struct check_block block;
    char *text = check_read(wire, "verdicts", ".txt", NULL);
    char *at = text;
    unsigned count = 0;
    for (; check_next_block(&at, &block); count++)
        check_verdict(&block);
    CHECK(count >= 9, "only %u verdicts", count);
    free(text);
}

/* What the table cannot hold has no hash. */
static void check_eligible(void) {
    static const unsigned char key[16];
    static char longest[RP_VERDICT_MAX_BYTES];
    const char *argv[] = {"true", NULL, NULL};
    struct rp_question question = {.path = "/bin/true", .argv = argv, .door = "execve", .cwd = "/"};
    question.exe.piece[2] = "/bin/true";
    question.exe.len[2] = 9;
    CHECK(rp_verdict_hash(key, NULL, &question) != 0, "%s", "by its name");
    argv[0] = "/bin/true";
    CHECK(rp_verdict_hash(key, NULL, &question) != 0, "%s", "by its path");
    argv[0] = "false";
    CHECK(rp_verdict_hash(key, NULL, &question) == 0, "%s", "by another name");
    argv[0] = NULL;
    CHECK(rp_verdict_hash(key, NULL, &question) == 0, "%s", "without arguments");
    question.argv = NULL;
    CHECK(rp_verdict_hash(key, NULL, &question) == 0, "%s", "without a vector");
    question.argv = argv;
    argv[0] = "true";
    argv[1] = "\xff";
    CHECK(rp_verdict_hash(key, NULL, &question) == 0, "%s", "an argument that is not UTF-8");
    argv[1] = "\xc3";
    CHECK(rp_verdict_hash(key, NULL, &question) == 0, "%s", "half a character");
    argv[1] = NULL;
    question.cwd = "/\xff";
    CHECK(rp_verdict_hash(key, NULL, &question) == 0, "%s", "a directory that is not UTF-8");
    question.cwd = "/";
    /* execve, /bin/true, /, true: 7 + 10 + 2 + 5 bytes. */
    memset(longest, 'x', sizeof longest - 1);
    longest[RP_VERDICT_MAX_BYTES - 24 - 1] = '\0';
    argv[1] = longest;
    CHECK(rp_verdict_hash(key, NULL, &question) != 0, "%s", "4,096 bytes");
    longest[RP_VERDICT_MAX_BYTES - 24 - 1] = 'x';
    longest[RP_VERDICT_MAX_BYTES - 24] = '\0';
    CHECK(rp_verdict_hash(key, NULL, &question) == 0, "%s", "4,097 bytes");
    CHECK(!rp_verdict_is_in((const unsigned char *)check_guarded(longest, 64), 0), "%s", "0");
    check_release();
}

static bool is_dormant(int sid) {
    struct rp_state_file file;
    bool dormant;
    rp_state_file_start(&file, &settings);
    rp_state_file_open(&file);
    dormant = rp_state_tables_is_dormant(&file, sid);
    rp_state_file_close(&file);
    return dormant;
}

static void put_session(unsigned at, uint64_t space, int sid, uint64_t start) {
    rp_memory_store(image + DORMANT + (size_t)24 * at, space, 8);
    rp_memory_store(image + DORMANT + (size_t)24 * at + 8, (unsigned)sid, 8);
    rp_memory_store(image + DORMANT + (size_t)24 * at + 16, start, 8);
}

static void check_dormant(void) {
    char text[512];
    int sid = getpid();
    uint64_t start = rp_journal_read_start(sid, text, sizeof text);
    struct stat status;
    CHECK(start > 0 && stat("/proc/self/ns/pid", &status) == 0, "%s", strerror(errno));
    write_state(WHOLE);
    CHECK(!is_dormant(sid), "%s", "not in the table");
    put_session(3, status.st_ino, sid, start);
    write_state(WHOLE);
    CHECK(is_dormant(sid), "%s", "in the table");
    write_state(AGENTS - 1);
    CHECK(is_dormant(sid), "%s", "in the first part of a table that is cut");
    image[16] ^= 1;
    seal();
    write_state(WHOLE);
    CHECK(!is_dormant(sid), "%s", "of another boot");
    image[16] ^= 1;
    seal();
    put_session(3, status.st_ino, sid, start + 1);
    write_state(WHOLE);
    CHECK(!is_dormant(sid), "%s", "another process with that id");
    put_session(3, status.st_ino + 1, sid, start);
    write_state(WHOLE);
    CHECK(!is_dormant(sid), "%s", "in another container");
    put_session(4, status.st_ino, sid, start);
    write_state(WHOLE);
    CHECK(is_dormant(sid), "%s", "behind the same id of another container");
    for (unsigned at = 5; at < 127; at++)
        put_session(at, status.st_ino, 0x7fffff00 + (int)at, start);
    put_session(4, 1, 1, 1);
    put_session(127, status.st_ino, sid, start);
    write_state(WHOLE);
    CHECK(is_dormant(sid), "%s", "at the end of the table");
    put_session(100, 0, 0, 0);
    write_state(WHOLE);
    CHECK(!is_dormant(sid), "%s", "behind the end of the table");
    put_session(0, status.st_ino, 1, rp_journal_read_start(1, text, sizeof text));
    write_state(WHOLE);
    CHECK(!is_dormant(1) && !is_dormant(0) && !is_dormant(-1), "%s", "sessions that are nobody's");
}

/* The name that a program's child gets: "-" when it is no agent, empty when the name stays. */
static const char *agent_of(const char *program, const char *current) {
    static char name[RP_STATE_TABLES_NAME_BYTES];
    struct rp_path exe = {{NULL, "/opt/bin", program}, {0, 8, strlen(program)}};
    struct rp_state_file file;
    bool found;
    rp_state_file_start(&file, &settings);
    rp_state_file_open(&file);
    found = rp_state_tables_find_agent(&file, &exe, current, name);
    rp_state_file_close(&file);
    CHECK(found || name[0] == '\0', "%s", name);
    return found ? name : "-";
}

static void check_agents(void) {
    static const struct {
        const char *program;
        const char *current;
        const char *name;
    } cases[] = {
        {"claude", NULL, "claude-code"},
        {"/usr/local/bin/claude", NULL, "claude-code"},
        {"codex", NULL, "codex"},
        {"codex", "claude-code", "codex"},
        {"claude", "agent-of-23-bytes-exact", "claude-code"},
        {"claude", "my-own", ""},
        {"claude", "claude", ""},
        {"twenty-three-bytes-long", NULL, "agent-of-23-bytes-exact"},
        {"twenty-three-bytes-long-", NULL, "-"},
        {"claude-code", NULL, "-"},
        {"claud", NULL, "-"},
        {"/opt/claude/node", NULL, "-"},
        {"ls", "claude-code", "-"},
    };
    write_state(WHOLE);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *name = agent_of(cases[i].program, cases[i].current);
        CHECK(strcmp(name, cases[i].name) == 0, "%s as %s: %s", cases[i].program,
              cases[i].current == NULL ? "nobody" : cases[i].current, name);
    }
    write_state(AGENTS);
    CHECK(strcmp(agent_of("claude", NULL), "-") == 0, "%s", "a file without the table");
    image[16] ^= 1;
    seal();
    write_state(WHOLE);
    CHECK(strcmp(agent_of("claude", NULL), "-") == 0, "%s", "a file of another boot");
    image[16] ^= 1;
    /* Names without their NUL end where the next field begins. */
    memset(image + AGENTS, 'x', 48);
    seal();
    write_state(WHOLE);
    CHECK(strlen(agent_of("xxxxxxxxxxxxxxxxxxxxxxx", NULL)) == 23, "%s", "unended names");
}

static bool is_free(const char *argument) {
    const char *const argv[] = {"rm", "-f", argument, NULL};
    const struct rp_question question = {.path = "rm", .argv = argv};
    return rp_links_are_absent(&question);
}

/* Arguments are read from the directory in which the program will start. */
static void check_links(void) {
    char before[4096];
    CHECK(getcwd(before, sizeof before) != NULL && chdir(directory) == 0, "%s", strerror(errno));
    CHECK(mkdir("folder", 0700) == 0 && symlink("folder", "link") == 0 &&
              symlink("nothing", "dangling") == 0 && symlink("loop", "loop") == 0,
          "%s", strerror(errno));
    CHECK(is_free("folder"), "%s", "a directory");
    CHECK(is_free("folder/"), "%s", "a directory with a slash");
    CHECK(is_free("./folder/nothing"), "%s", "what is not there");
    CHECK(is_free("nothing/at/all"), "%s", "what lies nowhere");
    CHECK(is_free("state/below"), "%s", "what lies in a file");
    CHECK(is_free(""), "%s", "nothing");
    CHECK(is_free("s/ *$//"), "%s", "no path");
    CHECK(is_free(directory), "%s", "an absolute path");
    CHECK(!is_free("link"), "%s", "a link");
    CHECK(!is_free("./link"), "%s", "a link with its directory");
    CHECK(!is_free("link/"), "%s", "a link with a slash");
    CHECK(!is_free("link/nothing"), "%s", "behind a link");
    CHECK(!is_free("dangling"), "%s", "a link to nothing");
    CHECK(!is_free("folder/../dangling"), "%s", "a link to nothing, on a way around");
    CHECK(!is_free("loop/x"), "%s", "a loop");
    CHECK(!is_free("/proc/self/exe"), "%s", "a link of the kernel's");
    CHECK(unlink("link") == 0 && unlink("dangling") == 0 && unlink("loop") == 0 &&
              rmdir("folder") == 0 && chdir(before) == 0,
          "%s", strerror(errno));
}

int main(int argc, char **argv) {
    static char text[96];
    if (argc != 2)
        return EXIT_FAILURE;
    wire = argv[1];
    CHECK(mkdtemp(directory) != NULL, "%s", strerror(errno));
    (void)snprintf(path, sizeof path, "%s/state", directory);
    (void)snprintf(text, sizeof text, "unix://%s/endpoint.sock", directory);
    rp_url_parse(text, &settings.url);
    take_fixture();
    check_verdicts();
    check_links();
    check_eligible();
    check_dormant();
    check_agents();
    free(image);
    (void)unlink(path);
    CHECK(rmdir(directory) == 0, "%s", strerror(errno));
    return check_finish();
}
