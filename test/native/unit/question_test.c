/* Question bodies, command texts and refusal lines against the shared examples. */

#include "../check.h"
#include "memory.h"
#include "names.h"
#include "notice.h"
#include "request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *wire;

/* Collects into memory that must be just large enough. */
struct collector {
    struct rp_outlet outlet;
    char *at;
    size_t left;
    bool over;
};

static void collect(struct rp_outlet *self, const char *bytes, size_t len) {
    struct collector *collector = (struct collector *)self;
    collector->over = collector->over || len > collector->left;
    if (collector->over)
        return;
    memcpy(collector->at, bytes, len);
    collector->at += len;
    collector->left -= len;
}

/* The value with its NUL at the end of a page. */
static const char *guarded_string(const char *text) {
    return text == NULL ? NULL : check_guarded(text, strlen(text) + 1);
}

static int number(const struct check_block *block, const char *name) {
    return (int)strtol(check_value(block, name, NULL), NULL, 10);
}

static uint32_t marker_bits(const struct check_block *block) {
    const char *names[512];
    uint32_t bits = 0;
    (void)check_values(block, "marker", names);
    for (size_t i = 0; names[i] != NULL; i++) {
        for (unsigned k = 0; k < RP_NAMES_MARKER_COUNT; k++) {
            if (strcmp(names[i], rp_memory_nth(rp_names_markers, k)) == 0)
                bits |= UINT32_C(1) << k;
        }
    }
    return bits;
}

static void fill(const struct check_block *block, struct rp_question *question,
                 const char *arguments[512]) {
    static unsigned char id[RP_REQUEST_ID_BYTES];
    memset(question, 0, sizeof *question);
    question->agent = check_value(block, "agent", NULL);
    question->session = check_value(block, "session", NULL);
    question->path = guarded_string(check_value(block, "path", NULL));
    question->text = guarded_string(check_value(block, "text", NULL));
    question->argv = check_values(block, "arg", arguments) > 0 ? arguments : NULL;
    question->door = check_value(block, "door", NULL);
    question->cwd = guarded_string(check_value(block, "cwd", NULL));
    check_parse_hex(check_value(block, "id", NULL), id, sizeof id);
    question->id = id;
    question->exe.piece[2] = check_value(block, "exe", &question->exe.len[2]);
    question->pid = number(block, "pid");
    question->ppid = number(block, "ppid");
    question->sid = number(block, "sid");
    question->markers = marker_bits(block);
    question->enforce = number(block, "enforce") == 1;
    question->guardable = number(block, "guardable") == 1;
}

static void check_body(const char *parts, const char *bytes, const char *token) {
    static struct check_block block;
    const char *arguments[512];
    struct rp_question question;
    struct rp_counter counter;
    struct collector collector = {{collect}, NULL, 0, false};
    size_t len;
    char *text = check_read(wire, parts, ".txt", NULL);
    char *body = check_read(wire, bytes, ".body", &len);
    char *at = text;
    char *written;
    (void)check_next_block(&at, &block);
    fill(&block, &question, arguments);
    rp_text_count(&counter);
    rp_request_put_body(&counter.outlet, &question, token);
    CHECK(counter.total == len, "%s: counted %zu, the body has %zu", bytes, counter.total, len);
    written = check_guarded(NULL, len);
    collector.at = written;
    collector.left = len;
    rp_request_put_body(&collector.outlet, &question, token);
    CHECK(!collector.over && collector.left == 0 && memcmp(written, body, len) == 0, "%s: %.*s",
          bytes, (int)(len - collector.left), written);
    check_release();
    free(text);
    free(body);
}

static void check_question(const char *name) {
    char path[512];
    (void)snprintf(path, sizeof path, "questions/%s", name);
    check_body(path, path, NULL);
}

/* Where a question has no head, its token stands in the body. */
static void check_token(void) {
    static struct check_block block;
    char *text = check_read(wire, "fifo/token", ".txt", NULL);
    char *at = text;
    (void)check_next_block(&at, &block);
    check_body("questions/plain", "fifo/token", check_value(&block, "token", NULL));
    free(text);
}

static void check_questions(void) {
    unsigned count = check_each(wire, "questions", ".body", check_question);
    CHECK(count >= 16, "only %u questions found", count);
}

static void check_command_texts(void) {
    static struct check_block block;
    char *text = check_read(wire, "commandTexts", ".txt", NULL);
    char *at = text;
    while (check_next_block(&at, &block)) {
        const char *arguments[512];
        char made[512];
        size_t len;
        const char *expected = check_value(&block, "command", &len);
        struct collector collector = {{collect}, made, sizeof made, false};
        size_t count = check_values(&block, "arg", arguments);
        rp_text_put_command(&collector.outlet, check_value(&block, "path", NULL),
                            count > 0 ? arguments : NULL, NULL);
        CHECK(sizeof made - collector.left == len && memcmp(made, expected, len) == 0,
              "expected %s, made %.*s", expected, (int)(sizeof made - collector.left), made);
    }
    free(text);
}

static void check_refusals(void) {
    static struct check_block block;
    char *text = check_read(wire, "refusals", ".txt", NULL);
    char *at = text;
    while (check_next_block(&at, &block)) {
        char *line = check_guarded(NULL, RP_NOTICE_MAX_BYTES);
        struct rp_question question;
        size_t notice_len;
        size_t expected_len;
        size_t len;
        const char *notice = check_value(&block, "notice", &notice_len);
        const char *expected = check_value(&block, "line", &expected_len);
        memset(&question, 0, sizeof question);
        question.text = guarded_string(check_value(&block, "command", NULL));
        len = rp_notice_compose(line, &question, "", check_guarded(notice, notice_len), notice_len);
        CHECK(len == expected_len && memcmp(line, expected, len) == 0, "expected %s got %.*s",
              expected, (int)len, line);
        check_release();
    }
    free(text);
}

static void check_message_as_notice(void) {
    char line[RP_NOTICE_MAX_BYTES];
    struct rp_question question;
    size_t len;
    static const char expected[] = "rampart: denied `rm`: no\n";
    memset(&question, 0, sizeof question);
    question.path = "rm";
    len = rp_notice_compose(line, &question, ": ", "no", 2);
    CHECK(len == sizeof expected - 1 && memcmp(line, expected, len) == 0, "%.*s", (int)len, line);
}

/* Text beyond the bound is cut, the body still has the length that was counted, and says so. */
static void check_truncation(size_t argument_len, bool truncated) {
    char *argument = malloc(argument_len + 1);
    const char *argv[] = {"x", argument, "behind", NULL};
    struct rp_question question;
    struct rp_counter counter;
    struct collector collector = {{collect}, NULL, 0, false};
    char *body;
    memset(argument, 'a', argument_len);
    argument[argument_len] = '\0';
    memset(&question, 0, sizeof question);
    question.agent = question.session = question.door = "";
    question.id = (const unsigned char *)"0123456789abcdef";
    question.path = "x";
    question.argv = argv;
    rp_text_count(&counter);
    rp_request_put_body(&counter.outlet, &question, NULL);
    body = malloc(counter.total + 1);
    collector.at = body;
    collector.left = counter.total;
    rp_request_put_body(&collector.outlet, &question, NULL);
    body[counter.total] = '\0';
    CHECK(!collector.over && collector.left == 0, "%zu bytes left", collector.left);
    CHECK((strstr(body, "\"truncated\":true") != NULL) == truncated, "argument of %zu bytes",
          argument_len);
    CHECK((strstr(body, "\"behind\"]") != NULL) != truncated, "argument of %zu bytes",
          argument_len);
    CHECK(counter.total < 2 * (size_t)RP_REQUEST_MAX_TEXT + 1024, "%zu bytes", counter.total);
    free(body);
    free(argument);
}

static void check_exe_pieces(void) {
    static const struct {
        const char *pieces[3];
        const char *expected;
    } cases[] = {
        {{"", "", "/bin/ls"}, "/bin/ls"},
        {{"", "/bin", "ls"}, "/bin/ls"},
        {{"", "/bin/", "ls"}, "/bin/ls"},
        {{"/home", "bin", "ls"}, "/home/bin/ls"},
        {{"/", "", "ls"}, "/ls"},
        {{"/home", "", "a/b"}, "/home/a/b"},
        {{"/memfd:x (deleted)", "", ""}, "/memfd:x (deleted)"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char made[64];
        struct collector collector = {{collect}, made, sizeof made, false};
        struct rp_question question;
        memset(&question, 0, sizeof question);
        for (int k = 0; k < 3; k++) {
            question.exe.piece[k] = cases[i].pieces[k];
            question.exe.len[k] = strlen(cases[i].pieces[k]);
        }
        rp_request_put_exe(&collector.outlet, &question);
        CHECK(sizeof made - collector.left == strlen(cases[i].expected) &&
                  memcmp(made, cases[i].expected, strlen(cases[i].expected)) == 0,
              "%s: %.*s", cases[i].expected, (int)(sizeof made - collector.left), made);
    }
}

static void check_head(void) {
    static const char expected[] = "POST /pre/v1/preflight/exec HTTP/1.1\r\nHost: 127.0.0.1:8\r\n"
                                   "Authorization: Bearer t\r\nContent-Type: application/json\r\n"
                                   "Content-Length: 12\r\nConnection: close\r\n\r\n";
    static const char local[] = "POST /v1/preflight/exec HTTP/1.1\r\nHost: rampart\r\n"
                                "Content-Type: application/json\r\nContent-Length: 0\r\n"
                                "Connection: close\r\nPrefer: wait=120\r\n\r\n";
    char made[512];
    struct collector collector = {{collect}, made, sizeof made, false};
    struct rp_url url;
    rp_url_parse("http://127.0.0.1:8/pre/", &url);
    rp_request_put_head(&collector.outlet, &url, "t", 12);
    CHECK(sizeof made - collector.left == sizeof expected - 1 &&
              memcmp(made, expected, sizeof expected - 1) == 0,
          "%.*s", (int)(sizeof made - collector.left), made);
    rp_url_parse("unix:///d/endpoint.sock", &url);
    collector.at = made;
    collector.left = sizeof made;
    rp_request_put_head(&collector.outlet, &url, NULL, 0);
    CHECK(memcmp(made, local, sizeof local - 1) == 0, "%.*s", (int)(sizeof made - collector.left),
          made);
}

/* A body does not depend on how its parts are cut into pieces on the way through the escaper. */
static void check_split_escape(void) {
    static const char text[] = "a\xc3\xbc\xe2\x82\xac\xf0\x9d\x84\x9e\xff\xe2\x82\"\\\n";
    char whole[256];
    struct collector collector = {{collect}, whole, sizeof whole, false};
    struct rp_escaper escaper;
    size_t len;
    rp_text_escape(&escaper, &collector.outlet);
    rp_text_put(&escaper.outlet, text, sizeof text - 1);
    rp_text_escape_finish(&escaper);
    len = sizeof whole - collector.left;
    for (size_t cut = 0; cut < sizeof text; cut++) {
        char split[256];
        collector.at = split;
        collector.left = sizeof split;
        rp_text_escape(&escaper, &collector.outlet);
        rp_text_put(&escaper.outlet, text, cut);
        rp_text_put(&escaper.outlet, text + cut, sizeof text - 1 - cut);
        rp_text_escape_finish(&escaper);
        CHECK(sizeof split - collector.left == len && memcmp(split, whole, len) == 0,
              "cut at %zu: %.*s", cut, (int)len, split);
    }
}

int main(int argc, char **argv) {
    if (argc != 2)
        return EXIT_FAILURE;
    wire = argv[1];
    check_questions();
    check_token();
    check_command_texts();
    check_refusals();
    check_message_as_notice();
    check_truncation(RP_REQUEST_MAX_TEXT - 10, false);
    check_truncation(RP_REQUEST_MAX_TEXT, true);
    check_truncation(3 * (size_t)RP_REQUEST_MAX_TEXT, true);
    check_exe_pieces();
    check_head();
    check_split_escape();
    return check_finish();
}
