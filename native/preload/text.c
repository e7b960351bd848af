#include "text.h"

#include "memory.h"

void rp_text_put_string(struct rp_outlet *to, const char *text) {
    rp_text_put(to, text, rp_memory_length(text));
}

static void count(struct rp_outlet *self, const char *bytes, size_t len) {
    (void)bytes;
    ((struct rp_counter *)self)->total += len;
}

void rp_text_count(struct rp_counter *counter) {
    counter->outlet.put = count;
    counter->total = 0;
}

static void limit(struct rp_outlet *self, const char *bytes, size_t len) {
    struct rp_limiter *limiter = (struct rp_limiter *)self;
    if (len > limiter->left) {
        limiter->cut = true;
        len = limiter->left;
    }
    limiter->left -= len;
    rp_text_put(limiter->to, bytes, len);
}

void rp_text_limit(struct rp_limiter *limiter, struct rp_outlet *to, size_t bytes) {
    limiter->outlet.put = limit;
    limiter->to = to;
    limiter->left = bytes;
    limiter->cut = false;
}

void rp_text_collect(struct rp_outlet *self, const char *bytes, size_t len) {
    struct rp_collector *collector = (struct rp_collector *)self;
    while (len > 0 && collector->failure == 0) {
        size_t room = collector->cap - collector->used;
        size_t count = room < len ? room : len;
        memcpy(collector->bytes + collector->used, bytes, count);
        collector->used += count;
        bytes += count;
        len -= count;
        if (count == room)
            collector->flush(collector);
    }
}

/* How many bytes a sequence has that begins with this one; 0 when none begins so. */
static uint8_t sequence_length(unsigned char lead) {
    if (lead < 0x80)
        return 1;
    if (lead >= 0xc2 && lead <= 0xdf)
        return 2;
    if (lead >= 0xe0 && lead <= 0xef)
        return 3;
    return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/* Whether byte may be the second of a sequence: excludes overlong forms, surrogates and > 10FFFF.
 */
static bool continues(unsigned char lead, unsigned char byte) {
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    return byte >= low && byte <= high;
}

enum rp_utf8_step rp_text_utf8_step(struct rp_utf8 *state, unsigned char byte) {
    if (state->have == 0) {
        state->want = sequence_length(byte);
        if (state->want == 0)
            return RP_UTF8_ALONE;
    } else if (!(state->have == 1 ? continues(state->pending[0], byte) : (byte & 0xc0) == 0x80)) {
        return RP_UTF8_INVALID;
    }
    state->pending[state->have++] = byte;
    return state->have == state->want ? RP_UTF8_WHOLE : RP_UTF8_MORE;
}

static void put_code(struct rp_outlet *to, unsigned char byte) {
    char code[6] = {'\\', 'u', '0', '0', 0, 0};
    rp_memory_hex(code + 4, &byte, 1);
    rp_text_put(to, code, sizeof code);
}

/* Whether a byte stands in a JSON string as it is, without looking at its neighbours. */
static bool is_plain(unsigned char byte) {
    return byte >= 0x20 && byte < 0x7f && byte != '"' && byte != '\\';
}

static void put_character(struct rp_outlet *to, const struct rp_utf8 *utf8) {
    unsigned char first = utf8->pending[0];
    if (first == '"' || first == '\\')
        rp_text_put_string(to, "\\");
    if (first < 0x20 || first == 0x7f)
        put_code(to, first);
    else
        rp_text_put(to, (const char *)utf8->pending, utf8->have);
}

static void put_invalid(struct rp_escaper *escaper) {
    for (uint8_t i = 0; i < escaper->utf8.have; i++)
        put_code(escaper->to, escaper->utf8.pending[i]);
    escaper->invalid = escaper->invalid || escaper->utf8.have > 0;
    escaper->utf8.have = 0;
}

static void escape(struct rp_outlet *self, const char *bytes, size_t len) {
    struct rp_escaper *escaper = (struct rp_escaper *)self;
    size_t at = 0;
    while (at < len) {
        size_t run = at;
        unsigned char byte = (unsigned char)bytes[at];
        while (escaper->utf8.have == 0 && run < len && is_plain((unsigned char)bytes[run]))
            run++;
        if (run > at) {
            rp_text_put(escaper->to, bytes + at, run - at);
            at = run;
            continue;
        }
        switch (rp_text_utf8_step(&escaper->utf8, byte)) {
        case RP_UTF8_WHOLE:
            put_character(escaper->to, &escaper->utf8);
            escaper->utf8.have = 0;
            break;
        case RP_UTF8_ALONE:
            put_code(escaper->to, byte);
            escaper->invalid = true;
            break;
        case RP_UTF8_INVALID:
            put_invalid(escaper);
            continue;
        case RP_UTF8_MORE:
            break;
        }
        at++;
    }
}

void rp_text_escape(struct rp_escaper *escaper, struct rp_outlet *to) {
    escaper->outlet.put = escape;
    escaper->to = to;
    escaper->utf8.have = 0;
    escaper->invalid = false;
}

bool rp_text_escape_finish(struct rp_escaper *escaper) {
    put_invalid(escaper);
    return !escaper->invalid;
}

static void check(struct rp_outlet *self, const char *bytes, size_t len) {
    struct rp_checker *checker = (struct rp_checker *)self;
    for (size_t at = 0; at < len && !checker->invalid; at++) {
        enum rp_utf8_step step;
        if (checker->utf8.have == 0 && (unsigned char)bytes[at] < 0x80)
            continue;
        step = rp_text_utf8_step(&checker->utf8, (unsigned char)bytes[at]);
        if (step == RP_UTF8_WHOLE)
            checker->utf8.have = 0;
        checker->invalid = step == RP_UTF8_ALONE || step == RP_UTF8_INVALID;
    }
}

void rp_text_check(struct rp_checker *checker) {
    checker->outlet.put = check;
    checker->utf8.have = 0;
    checker->invalid = false;
}

bool rp_text_check_finish(struct rp_checker *checker) {
    return !checker->invalid && checker->utf8.have == 0;
}

static void put_group(struct rp_base64 *base64) {
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = base64->carry;
    char group[4];
    group[0] = digits[in[0] >> 2];
    group[1] = digits[((in[0] & 3) << 4) | (in[1] >> 4)];
    group[2] = digits[((in[1] & 15) << 2) | (in[2] >> 6)];
    group[3] = digits[in[2] & 63];
    for (unsigned i = base64->have; i < 3; i++)
        group[i + 1] = '=';
    rp_text_put(base64->to, group, sizeof group);
    base64->have = 0;
    base64->carry[1] = 0;
    base64->carry[2] = 0;
}

static void encode(struct rp_outlet *self, const char *bytes, size_t len) {
    struct rp_base64 *base64 = (struct rp_base64 *)self;
    for (size_t at = 0; at < len; at++) {
        base64->carry[base64->have++] = (unsigned char)bytes[at];
        if (base64->have == 3)
            put_group(base64);
    }
}

void rp_text_base64(struct rp_base64 *base64, struct rp_outlet *to) {
    base64->outlet.put = encode;
    base64->to = to;
    base64->have = 0;
    base64->carry[1] = 0;
    base64->carry[2] = 0;
}

void rp_text_base64_finish(struct rp_base64 *base64) {
    if (base64->have > 0)
        put_group(base64);
}

bool rp_text_is_alphanumeric(char byte) {
    return (unsigned)(byte | ' ') - 'a' < 26 || (unsigned)byte - '0' < 10;
}

/* Whether a byte may stand in an unquoted word. */
static bool is_bare(char byte) {
    if (rp_text_is_alphanumeric(byte))
        return true;
    for (const char *allowed = "_@%+=:,./-"; *allowed != '\0'; allowed++) {
        if (byte == *allowed)
            return true;
    }
    return false;
}

static void put_word(struct rp_outlet *to, const char *word) {
    const char *at = word;
    while (is_bare(*at))
        at++;
    if (*at == '\0' && at != word) {
        rp_text_put(to, word, (size_t)(at - word));
        return;
    }
    rp_text_put_string(to, "'");
    for (at = word; *at != '\0'; at++) {
        if (*at != '\'')
            continue;
        rp_text_put(to, word, (size_t)(at - word));
        rp_text_put_string(to, "'\\''");
        word = at + 1;
    }
    rp_text_put(to, word, (size_t)(at - word));
    rp_text_put_string(to, "'");
}

bool rp_text_is_named(const char *path, const char *const *argv) {
    return argv != NULL && argv[0] != NULL &&
           (rp_memory_equal(argv[0], path) ||
            rp_memory_equal(argv[0], rp_memory_last_component(path)));
}

void rp_text_put_command(struct rp_outlet *to, const char *path, const char *const *argv,
                         const char *text) {
    const char *first = path;
    if (text != NULL) {
        rp_text_put_string(to, text);
        return;
    }
    if (rp_text_is_named(path, argv))
        first = argv[0];
    put_word(to, first);
    for (size_t i = 1; argv != NULL && argv[0] != NULL && argv[i] != NULL; i++) {
        rp_text_put_string(to, " ");
        put_word(to, argv[i]);
    }
}
