/* Answers against the shared examples, whole, byte by byte and cut anywhere. */

#include "../check.h"
#include "response.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_CAP = 496 };

static const char *const outcomes[] = {
    [RP_RESPONSE_MORE] = "cut",      [RP_RESPONSE_ALLOWED] = "allowed",
    [RP_RESPONSE_DENIED] = "denied", [RP_RESPONSE_MALFORMED] = "malformed",
    [RP_RESPONSE_STATUS] = "status", [RP_RESPONSE_FAILED] = "failed",
};
static const char *const reasons[] = {"none", "message", "notice"};

/* Feeds in pieces of at most `piece` bytes. */
static enum rp_response_step feed(struct rp_response *response, char *text, const char *bytes,
                                  size_t len, size_t piece) {
    enum rp_response_step step = RP_RESPONSE_MORE;
    rp_response_start(response, text, TEXT_CAP);
    while (len > 0 && step == RP_RESPONSE_MORE) {
        size_t count = piece < len ? piece : len;
        step = rp_response_feed(response, bytes, count);
        bytes += count;
        len -= count;
    }
    return step;
}

static void check_answer(const char *wire, char *line) {
    const char *name = strtok(line, " ");
    const char *outcome = strtok(NULL, " ");
    const char *reason = strtok(NULL, " ");
    char *expected = strtok(NULL, "");
    size_t expected_len = expected == NULL ? 0 : check_decode(expected);
    char path[512];
    size_t len;
    char *file;
    const char *bytes;
    (void)snprintf(path, sizeof path, "answers/%s", name);
    file = check_read(wire, path, ".http", &len);
    bytes = check_guarded(file, len);
    for (size_t piece = 1; piece <= len + 1; piece = piece * 2 + 1) {
        struct rp_response response;
        char *text = check_guarded(NULL, TEXT_CAP);
        enum rp_response_step step = feed(&response, text, bytes, len, piece);
        CHECK(strcmp(outcomes[step], outcome) == 0, "%s in pieces of %zu: %s", name, piece,
              outcomes[step]);
        if (reason == NULL)
            continue;
        CHECK(strcmp(reasons[response.answer.reason], reason) == 0, "%s: %s", name,
              reasons[response.answer.reason]);
        CHECK(response.answer.text_len == expected_len &&
                  (expected_len == 0 || memcmp(text, expected, expected_len) == 0),
              "%s: %.*s", name, (int)response.answer.text_len, text);
    }
    check_release();
    free(file);
}

static void check_answers(const char *wire) {
    char *text = check_read(wire, "answers/expected", ".txt", NULL);
    char *rest = text;
    while (*rest != '\0') {
        char *line = rest;
        rest = strchr(rest, '\n');
        *rest++ = '\0';
        check_answer(wire, line);
    }
    free(text);
}

/* No prefix of an answer is taken for a whole one. */
static void check_prefixes(const char *wire, const char *name) {
    struct rp_response response;
    char text[TEXT_CAP];
    size_t len;
    char *bytes = check_read(wire, name, ".http", &len);
    for (size_t cut = 0; cut < len; cut++) {
        enum rp_response_step step = feed(&response, text, bytes, cut, len);
        CHECK(step == RP_RESPONSE_MORE, "%s cut at %zu: %s", name, cut, outcomes[step]);
    }
    free(bytes);
}

/* No single changed byte of a denial makes it an approval. */
static void check_mutations(const char *wire) {
    struct rp_response response;
    char text[TEXT_CAP];
    size_t len;
    char *bytes = check_read(wire, "answers/deny", ".http", &len);
    for (size_t at = 0; at < len; at++) {
        char kept = bytes[at];
        for (int byte = 0; byte < 256; byte++) {
            bytes[at] = (char)byte;
            if (feed(&response, text, bytes, len, len) == RP_RESPONSE_ALLOWED)
                CHECK(false, "byte %d at %zu", byte, at);
        }
        bytes[at] = kept;
    }
    CHECK(feed(&response, text, bytes, len, len) == RP_RESPONSE_DENIED, "%s", "unchanged");
    free(bytes);
}

/* What speaks something else is seen by its first bytes: it may say no more, and no line's end. */
static void check_other_protocols(void) {
    static const char *const others[] = {"{",      "\x15\x03\x01", "220 ", "RFB",
                                         "HTTP/2", "HTTP/1x",      "http"};
    struct rp_response response;
    char text[TEXT_CAP];
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        size_t len = strlen(others[i]);
        CHECK(feed(&response, text, others[i], len, len) == RP_RESPONSE_MALFORMED, "%s", others[i]);
    }
}

/* An answer ends within its bound, however it is made. */
static void check_bound(void) {
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 65530\r\n\r\n";
    struct rp_response response;
    char text[TEXT_CAP];
    size_t len = sizeof head - 1 + 65530;
    char *bytes = malloc(len);
    memset(bytes, ' ', len);
    memcpy(bytes, head, sizeof head - 1);
    memcpy(bytes + len - 16, "{\"allowed\":true}", 16);
    CHECK(feed(&response, text, bytes, len, 100) == RP_RESPONSE_MALFORMED, "%zu bytes", len);
    memset(bytes, 'x', len);
    memcpy(bytes, "HTTP/1.1 200 OK\r\nX: ", 20);
    CHECK(feed(&response, text, bytes, len, 100) == RP_RESPONSE_MALFORMED, "%s", "endless header");
    free(bytes);
}

/* A reason longer than the room for it is cut, not written behind it. */
static void check_long_reason(void) {
    char bytes[2048];
    struct rp_response response;
    char *text = check_guarded(NULL, TEXT_CAP);
    static const char body[] = "{\"allowed\":false,\"notice\":\"";
    int len =
        snprintf(bytes, sizeof bytes, "HTTP/1.1 200 OK\r\nContent-Length: 1029\r\n\r\n%s", body);
    memset(bytes + len, 'n', 1000);
    memcpy(bytes + len + 1000, "\"}", 2);
    CHECK(feed(&response, text, bytes, (size_t)len + 1002, 7) == RP_RESPONSE_DENIED, "%s", "long");
    CHECK(response.answer.text_len == TEXT_CAP, "%zu", response.answer.text_len);
    check_release();
}

int main(int argc, char **argv) {
    if (argc != 2)
        return EXIT_FAILURE;
    check_answers(argv[1]);
    check_prefixes(argv[1], "answers/allow");
    check_prefixes(argv[1], "answers/deny");
    check_prefixes(argv[1], "answers/chunked");
    check_mutations(argv[1]);
    check_other_protocols();
    check_bound();
    check_long_reason();
    return check_finish();
}
