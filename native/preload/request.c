#include "request.h"

#include "memory.h"
#include "names.h"

/* Steps that follow one another share the stack only when they are not merged into their caller. */
#define APART __attribute__((noinline))

/* What there is to say of a value that was put. */
enum { INVALID = 1, CUT = 2 };

/* Something that puts a value into any outlet, and says whether it was CUT. */
typedef unsigned put_value(struct rp_outlet *to, const void *value);

static unsigned put_text(struct rp_outlet *to, const void *text) {
    rp_text_put_string(to, text);
    return 0;
}

static unsigned put_command(struct rp_outlet *to, const void *value) {
    const struct rp_question *question = value;
    struct rp_limiter limiter;
    rp_text_limit(&limiter, to, RP_REQUEST_MAX_TEXT);
    rp_text_put_command(&limiter.outlet, question->path, question->argv, question->text);
    return limiter.cut ? CUT : 0;
}

void rp_request_format_id(char into[RP_REQUEST_ID_DIGITS + 1],
                          const unsigned char id[RP_REQUEST_ID_BYTES]) {
    rp_memory_hex(into, id, RP_REQUEST_ID_BYTES);
    into[RP_REQUEST_ID_DIGITS] = '\0';
}

void rp_request_put_exe(struct rp_outlet *to, const struct rp_question *question) {
    const struct rp_path *exe = &question->exe;
    bool needs_slash = false;
    for (int i = 0; i < 3; i++) {
        if (exe->len[i] == 0)
            continue;
        if (needs_slash)
            rp_text_put(to, "/", 1);
        needs_slash = exe->piece[i][exe->len[i] - 1] != '/';
        rp_text_put(to, exe->piece[i], exe->len[i]);
    }
}

static unsigned put_exe(struct rp_outlet *to, const void *question) {
    rp_request_put_exe(to, question);
    return 0;
}

/* Puts "name": and opens nothing. */
static void put_key(struct rp_outlet *to, const char *name, const char *suffix) {
    rp_text_put_string(to, ",\"");
    rp_text_put_string(to, name);
    rp_text_put_string(to, suffix);
    rp_text_put_string(to, "\":");
}

static void put_quote(struct rp_outlet *to) {
    rp_text_put_string(to, "\"");
}

/* Says also whether the value is INVALID as UTF-8: it is read only once. */
static unsigned put_string(struct rp_outlet *to, put_value *put, const void *value) {
    struct rp_escaper escaper;
    unsigned remarks;
    rp_text_escape(&escaper, to);
    put_quote(to);
    remarks = put(&escaper.outlet, value);
    remarks |= rp_text_escape_finish(&escaper) ? 0 : INVALID;
    put_quote(to);
    return remarks;
}

APART static unsigned put_base64(struct rp_outlet *to, put_value *put, const void *value) {
    struct rp_base64 base64;
    unsigned remarks;
    rp_text_base64(&base64, to);
    put_quote(to);
    remarks = put(&base64.outlet, value);
    rp_text_base64_finish(&base64);
    put_quote(to);
    return remarks;
}

static void put_base64_key(struct rp_outlet *to, const char *name, put_value *put,
                           const void *value) {
    put_key(to, name, "_b64");
    (void)put_base64(to, put, value);
}

/* Puts a key with its string, and its base64 twin when the string is not UTF-8. */
static void put_text_key(struct rp_outlet *to, const char *name, put_value *put,
                         const void *value) {
    put_key(to, name, "");
    if (put_string(to, put, value) != 0)
        put_base64_key(to, name, put, value);
}

static void put_plain(struct rp_outlet *to, const char *text) {
    (void)put_string(to, put_text, text);
}

/* The arguments one after the other, bounded as a whole. */
struct argument_walk {
    const char *fixed[4]; /* the arguments of a text door */
    const char *const *argv;
    size_t index;
    size_t left;          /* bytes still granted */
    const char *argument; /* the one that was come to */
    size_t len;           /* of it, after cutting */
    bool cut;
};

static void start_walk(struct argument_walk *walk, const struct rp_question *question) {
    walk->fixed[0] = "sh";
    walk->fixed[1] = "-c";
    walk->fixed[2] = question->text;
    walk->fixed[3] = NULL;
    walk->argv = question->text != NULL ? walk->fixed : question->argv;
    walk->index = 0;
    walk->left = RP_REQUEST_MAX_TEXT;
    walk->cut = false;
}

static bool next_argument(struct argument_walk *walk) {
    if (walk->cut || walk->argv == NULL || walk->argv[walk->index] == NULL)
        return false;
    walk->argument = walk->argv[walk->index++];
    walk->len = rp_memory_length(walk->argument);
    if (walk->len + 1 > walk->left) {
        walk->cut = true;
        walk->len = walk->left;
    }
    walk->left -= walk->cut ? walk->len : walk->len + 1;
    return true;
}

static unsigned put_argument(struct rp_outlet *to, const void *value) {
    const struct argument_walk *walk = value;
    rp_text_put(to, walk->argument, walk->len);
    return 0;
}

APART static unsigned put_arguments(struct rp_outlet *to, const struct rp_question *question,
                                    bool encoded) {
    struct argument_walk walk;
    unsigned remarks = 0;
    start_walk(&walk, question);
    rp_text_put_string(to, "[");
    while (next_argument(&walk)) {
        if (walk.index > 1)
            rp_text_put_string(to, ",");
        remarks |= (encoded ? put_base64 : put_string)(to, put_argument, &walk);
    }
    rp_text_put_string(to, "]");
    return walk.cut ? remarks | CUT : remarks;
}

APART bool rp_request_is_truncated(const struct rp_question *question) {
    struct rp_counter nowhere;
    rp_text_count(&nowhere);
    return ((put_command(&nowhere.outlet, question) |
             put_arguments(&nowhere.outlet, question, false)) &
            CUT) != 0;
}

APART static void put_number(struct rp_outlet *to, const char *name, int number) {
    char digits[20];
    unsigned long long positive = number > 0 ? (unsigned long long)number : 0;
    put_key(to, name, "");
    rp_text_put(to, digits, rp_memory_decimal(digits, positive));
}

APART static void put_id(struct rp_outlet *to, const unsigned char *id) {
    char text[RP_REQUEST_ID_DIGITS + 1];
    rp_request_format_id(text, id);
    put_key(to, "id", "");
    put_plain(to, text);
}

static void put_boolean(struct rp_outlet *to, const char *name, bool value) {
    put_key(to, name, "");
    rp_text_put_string(to, value ? "true" : "false");
}

APART static void put_markers(struct rp_outlet *to, uint32_t markers) {
    const char *open = "\"";
    put_key(to, "markers", "");
    rp_text_put_string(to, "[");
    for (unsigned i = 0; i < RP_NAMES_MARKER_COUNT; i++) {
        if ((markers >> i & 1) == 0)
            continue;
        rp_text_put_string(to, open);
        rp_text_put_string(to, rp_memory_nth(rp_names_markers, i));
        put_quote(to);
        open = ",\"";
    }
    rp_text_put_string(to, "]");
}

void rp_request_put_body(struct rp_outlet *to, const struct rp_question *question,
                         const char *token) {
    unsigned command;
    unsigned arguments;
    rp_text_put_string(to, "{\"agent\":");
    put_plain(to, question->agent);
    put_key(to, "session", "");
    put_plain(to, question->session);
    rp_text_put_string(to, ",\"params\":{\"command\":");
    command = put_string(to, put_command, question);
    rp_text_put_string(to, "}");
    put_boolean(to, "enforce", question->enforce);
    if ((command & INVALID) != 0)
        put_base64_key(to, "command", put_command, question);
    put_id(to, question->id);
    put_key(to, "argv", "");
    arguments = put_arguments(to, question, false);
    if ((arguments & INVALID) != 0) {
        put_key(to, "argv", "_b64");
        (void)put_arguments(to, question, true);
    }
    put_text_key(to, "exe", put_exe, question);
    if (question->cwd != NULL)
        put_text_key(to, "cwd", put_text, question->cwd);
    put_number(to, "pid", question->pid);
    put_number(to, "ppid", question->ppid);
    put_number(to, "sid", question->sid);
    put_key(to, "door", "");
    put_plain(to, question->door);
    put_markers(to, question->markers);
    put_boolean(to, "guardable", question->guardable);
    put_boolean(to, "truncated", ((command | arguments) & CUT) != 0);
    if (token != NULL) {
        put_key(to, "token", "");
        put_plain(to, token);
    }
    rp_text_put_string(to, "}");
}

void rp_request_put_head(struct rp_outlet *to, const struct rp_url *url, const char *token,
                         size_t body_len) {
    char digits[20];
    rp_text_put_string(to, "POST ");
    rp_text_put(to, url->prefix.at, url->prefix.len);
    rp_text_put_string(to, "/v1/preflight/exec HTTP/1.1\r\nHost: ");
    if (url->kind == RP_URL_UNIX)
        rp_text_put_string(to, "rampart");
    else
        rp_text_put(to, url->host.at, url->host.len);
    if (token != NULL) {
        rp_text_put_string(to, "\r\nAuthorization: Bearer ");
        rp_text_put_string(to, token);
    }
    rp_text_put_string(to, "\r\nContent-Type: application/json\r\nContent-Length: ");
    rp_text_put(to, digits, rp_memory_decimal(digits, body_len));
    rp_text_put_string(to, "\r\nConnection: close\r\n");
    /* RP_TRANSPORT_PATIENCE_NS in seconds. */
    if (url->kind == RP_URL_UNIX)
        rp_text_put_string(to, "Prefer: wait=120\r\n");
    rp_text_put_string(to, "\r\n");
}
