/* Any bytes as arguments: the body has the length that was counted, and is printable JSON text. */

#include "request.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len);

enum { MAX_ARGUMENTS = 64 };

struct collector {
    struct rp_outlet outlet;
    char *at;
    size_t left;
};

static void collect(struct rp_outlet *self, const char *bytes, size_t len) {
    struct collector *collector = (struct collector *)self;
    if (len > collector->left)
        abort();
    memcpy(collector->at, bytes, len);
    collector->at += len;
    collector->left -= len;
}

/* Every quote is opened and closed, and no byte stands bare that JSON forbids. */
static void check_body(const char *body, size_t len) {
    int inside = 0;
    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)body[i] < 0x20 || body[i] == 0x7f)
            abort();
        if (inside && body[i] == '\\')
            i++;
        else if (body[i] == '"')
            inside = !inside;
    }
    if (inside || body[0] != '{' || body[len - 1] != '}')
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len) {
    char *copy = malloc(len + 1);
    const char *argv[MAX_ARGUMENTS + 1];
    struct rp_question question;
    struct rp_counter counter;
    struct collector collector = {{collect}, NULL, 0};
    char *body;
    size_t count = 0;
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    for (char *at = copy; at <= copy + len && count < MAX_ARGUMENTS; at += strlen(at) + 1)
        argv[count++] = at;
    argv[count] = NULL;
    memset(&question, 0, sizeof question);
    question.agent = question.session = question.cwd = question.path = argv[0];
    question.exe.piece[2] = argv[0];
    question.exe.len[2] = strlen(argv[0]);
    question.argv = argv;
    question.text = len % 5 == 0 ? argv[0] : NULL;
    question.door = "execve";
    question.id = (const unsigned char *)"0123456789abcdef";
    question.markers = (uint32_t)len & 0x3fffffff;
    rp_text_count(&counter);
    rp_request_put_body(&counter.outlet, &question, NULL);
    body = malloc(counter.total);
    collector.at = body;
    collector.left = counter.total;
    rp_request_put_body(&collector.outlet, &question, NULL);
    if (collector.left != 0)
        abort();
    check_body(body, counter.total);
    free(body);
    free(copy);
    return 0;
}
