/* State files, journal frames, URLs and checksums against the shared examples. */

#include "../check.h"
#include "journal.h"
#include "siphash.h"
#include "state_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *wire;

static void check_state_file(char *line) {
    static const char *const modes[] = {"enforce", "monitor", "disabled"};
    const char *name = strtok(line, " ");
    const char *mode = strtok(NULL, " ");
    const char *generation = strtok(NULL, " ");
    const char *boot = strtok(NULL, " ");
    const char *key = strtok(NULL, " ");
    unsigned char bytes[16];
    struct rp_state state;
    char path[512];
    size_t len;
    char *file;
    (void)snprintf(path, sizeof path, "stateFiles/%s", name);
    file = check_read(wire, path, ".bin", &len);
    rp_state_file_parse((const unsigned char *)check_guarded(file, len), len, &state);
    CHECK(state.valid == (generation != NULL), "%s: valid %d", name, state.valid);
    if (generation != NULL && state.valid) {
        CHECK(strcmp(modes[state.mode], mode) == 0, "%s: %s", name, modes[state.mode]);
        CHECK(state.generation == strtoul(generation, NULL, 10), "%s: %u", name, state.generation);
        check_parse_hex(boot, bytes, sizeof bytes);
        CHECK(memcmp(bytes, file + 16, sizeof bytes) == 0, "%s: boot id", name);
        check_parse_hex(key, bytes, sizeof bytes);
        CHECK(memcmp(bytes, state.table_key, sizeof bytes) == 0, "%s: table key", name);
    }
    check_release();
    free(file);
}

static void check_state_files(void) {
    char *text = check_read(wire, "stateFiles/expected", ".txt", NULL);
    char *rest = text;
    while (*rest != '\0') {
        char *line = rest;
        rest = strchr(rest, '\n');
        *rest++ = '\0';
        check_state_file(line);
    }
    free(text);
}

/* No single changed bit of a header leaves it valid. */
static void check_state_bits(void) {
    struct rp_state state;
    size_t len;
    char *file = check_read(wire, "stateFiles/enforce", ".bin", &len);
    for (size_t bit = 0; bit < 8 * RP_STATE_FILE_HEADER_BYTES; bit++) {
        file[bit / 8] = (char)(file[bit / 8] ^ 1 << bit % 8);
        rp_state_file_parse((const unsigned char *)file, len, &state);
        CHECK(!state.valid, "bit %zu", bit);
        file[bit / 8] = (char)(file[bit / 8] ^ 1 << bit % 8);
    }
    free(file);
}

static void check_boot_id(void) {
    static const char expected[] = "0f3c9a6e-2b7d-4c1e-8a5b-6d7c8e9f0a1b";
    char text[RP_STATE_FILE_BOOT_ID_BYTES];
    unsigned char id[16];
    check_parse_hex("0f3c9a6e2b7d4c1e8a5b6d7c8e9f0a1b", id, sizeof id);
    rp_state_file_format_boot_id(id, text);
    CHECK(memcmp(text, expected, sizeof text) == 0, "%.36s", text);
}

static uint64_t number(const struct check_block *block, const char *name) {
    return strtoull(check_value(block, name, NULL), NULL, 10);
}

static void check_frame(const char *name) {
    static struct check_block block;
    const char *arguments[512];
    unsigned char build_id[20];
    struct rp_question question;
    struct rp_frame frame;
    char path[512];
    size_t len;
    char *text;
    char *file;
    unsigned char *made;
    char *at;
    if (strcmp(name, "mixed") == 0)
        return;
    (void)snprintf(path, sizeof path, "journal/%s", name);
    file = check_read(wire, path, ".bin", &len);
    text = check_read(wire, path, ".txt", NULL);
    at = text;
    (void)check_next_block(&at, &block);
    memset(&question, 0, sizeof question);
    memset(&frame, 0, sizeof frame);
    question.door = check_value(&block, "door", NULL);
    question.agent = check_value(&block, "agent", NULL);
    question.session = check_value(&block, "session", NULL);
    question.cwd = check_value(&block, "cwd", NULL);
    question.exe.piece[2] = check_value(&block, "exe", &question.exe.len[2]);
    question.pid = (int)number(&block, "pid");
    question.ppid = (int)number(&block, "ppid");
    question.sid = (int)number(&block, "sid");
    question.guardable = number(&block, "guardable") == 1;
    question.argv = check_values(&block, "arg", arguments) > 0 ? arguments : NULL;
    if (number(&block, "cut") == 1) {
        /* What was cut stood behind the last argument of the example. */
        size_t last = check_values(&block, "arg", arguments) - 1;
        char *longer = malloc(strlen(arguments[last]) + 2);
        (void)sprintf(longer, "%sy", arguments[last]);
        arguments[last] = longer;
    }
    frame.question = &question;
    frame.kind = (enum rp_journal_kind)number(&block, "kind");
    frame.error = (int)number(&block, "errno");
    frame.time_ns = number(&block, "time");
    frame.start_ticks = number(&block, "start");
    check_parse_hex(check_value(&block, "id", NULL), frame.id, sizeof frame.id);
    check_parse_hex(check_value(&block, "library", NULL), build_id, sizeof build_id);
    frame.build_id = build_id;
    CHECK(rp_journal_measure(&frame) == len, "%s: %zu", name, rp_journal_measure(&frame));
    made = (unsigned char *)check_guarded(NULL, len);
    if (rp_journal_measure(&frame) == len) {
        rp_journal_encode(&frame, made);
        CHECK(memcmp(made, file, len) == 0, "%s: other bytes", name);
    }
    if (number(&block, "cut") == 1)
        free((void *)(uintptr_t)arguments[check_values(&block, "arg", (const char *[512]){0}) - 1]);
    check_release();
    free(text);
    free(file);
}

static void check_frames(void) {
    unsigned count = check_each(wire, "journal", ".bin", check_frame);
    CHECK(count >= 10, "only %u frames found", count);
}

static void check_starts(void) {
    static const char plain[] = "7 (sh) S 1 7 7 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 246894 9 10\n";
    static const char odd[] = "7 (a) b) c) S 1 7 7 0 -1 4 1 2 3 4 5 6 7 8 20 0 1 0 31 9 10\n";
    CHECK(rp_journal_parse_start(plain, sizeof plain - 1) == 246894, "%s", plain);
    CHECK(rp_journal_parse_start(odd, sizeof odd - 1) == 31, "%s", odd);
    CHECK(rp_journal_parse_start("7 (sh) S 1", 10) == 0, "%s", "short");
    CHECK(rp_journal_parse_start("", 0) == 0, "%s", "empty");
}

static void check_urls(void) {
    static const char *const kinds[] = {"unusable", "unix", "http"};
    static struct check_block block;
    char *text = check_read(wire, "urls", ".txt", NULL);
    char *at = text;
    while (check_next_block(&at, &block)) {
        const char *given = check_value(&block, "url", NULL);
        const char *kind = check_value(&block, "kind", NULL);
        const char *address = check_value(&block, "address", NULL);
        const char *prefix = check_value(&block, "prefix", NULL);
        struct rp_url url;
        const struct rp_span *span;
        rp_url_parse(check_guarded(given, strlen(given) + 1), &url);
        CHECK(strcmp(kinds[url.kind], kind) == 0, "%s: %s", given, kinds[url.kind]);
        if (url.kind != RP_URL_UNUSABLE && address != NULL) {
            span = url.kind == RP_URL_UNIX ? &url.path : &url.host;
            CHECK(span->len == strlen(address) && memcmp(span->at, address, span->len) == 0,
                  "%s: %.*s", given, (int)span->len, span->at);
            CHECK(url.prefix.len == strlen(prefix) &&
                      (url.prefix.len == 0 || memcmp(url.prefix.at, prefix, url.prefix.len) == 0),
                  "%s: prefix %.*s", given, (int)url.prefix.len, url.prefix.at);
        }
        check_release();
    }
    free(text);
}

static void check_address(const char *text, const char *hex, unsigned port) {
    unsigned char expected[16];
    struct rp_url url;
    size_t len = strlen(hex) / 2;
    check_parse_hex(hex, expected, len);
    rp_url_parse(text, &url);
    CHECK(url.kind == RP_URL_HTTP && memcmp(url.address, expected, len) == 0 && url.port == port &&
              url.ipv6 == (len == 16),
          "%s", text);
}

/* The first and the last of the reference vectors of SipHash-2-4. */
static void check_siphash(void) {
    unsigned char bytes[63];
    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)i;
    CHECK(rp_siphash_checksum(bytes, 0) == UINT64_C(0x726fdb47dd0e0e31), "%s", "empty");
    CHECK(rp_siphash_checksum(bytes, 15) == UINT64_C(0xa129ca6149be45e5), "%s", "15 bytes");
    CHECK(rp_siphash_checksum(bytes, 63) == UINT64_C(0x958a324ceb064572), "%s", "63 bytes");
    for (size_t cut = 0; cut <= sizeof bytes; cut++) {
        struct rp_siphash hash;
        rp_siphash_start(&hash, rp_siphash_checksum_key);
        rp_siphash_put(&hash, bytes, cut);
        rp_siphash_put(&hash, bytes + cut, sizeof bytes - cut);
        CHECK(rp_siphash_finish(&hash) == UINT64_C(0x958a324ceb064572), "cut at %zu", cut);
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return EXIT_FAILURE;
    wire = argv[1];
    check_state_files();
    check_state_bits();
    check_boot_id();
    check_frames();
    check_starts();
    check_urls();
    check_address("http://localhost:19090", "7f000001", 19090);
    check_address("http://[::1]", "00000000000000000000000000000001", 80);
    check_address("http://[2001:db8::ffff]:1", "20010db800000000000000000000ffff", 1);
    check_address("http://[1:2:3:4:5:6:7:8]:1", "00010002000300040005000600070008", 1);
    check_address("http://[fe80::]:1", "fe800000000000000000000000000000", 1);
    check_siphash();
    return check_finish();
}
