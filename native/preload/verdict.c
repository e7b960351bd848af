#include "verdict.h"

#include "memory.h"
#include "siphash.h"

enum { COMPILER_PREFIX = 2, COMPILER_NAME = 8 };

/* An outlet that hashes, counts, and looks whether everything is UTF-8. */
struct hasher {
    struct rp_outlet outlet;
    struct rp_checker checker;
    struct rp_siphash hash;
};

static void absorb(struct rp_outlet *self, const char *bytes, size_t len) {
    struct hasher *hasher = (struct hasher *)self;
    rp_siphash_put(&hasher->hash, bytes, len);
    /* A NUL between two values is a character of its own, so all can be looked at as one. */
    rp_text_put(&hasher->checker.outlet, bytes, len);
}

static bool is_too_long(const struct hasher *hasher) {
    return hasher->hash.len > RP_VERDICT_MAX_BYTES;
}

/* Puts a value with the NUL at its end; nothing of one that is too long by itself. */
static void put_value(struct hasher *hasher, const char *value) {
    size_t len = rp_memory_length(value) + 1;
    if (len > RP_VERDICT_MAX_BYTES)
        hasher->hash.len = RP_VERDICT_MAX_BYTES + 1;
    else
        rp_text_put(&hasher->outlet, value, len);
}

/* Whether a file has a name as compilers give it to one that they need for a moment: `cc`, six
   characters that nobody chose, a dot. */
static bool is_of_compiler(const char *name) {
    size_t at = COMPILER_PREFIX;
    if (!rp_memory_begins(name, "cc"))
        return false;
    while (rp_text_is_alphanumeric(name[at]))
        at++;
    return at == COMPILER_NAME && name[at] == '.';
}

/* All names of a compiler's go by one. */
static void put_argument(struct hasher *hasher, const char *word) {
    const char *name = rp_memory_last_component(word);
    if (name != word && is_of_compiler(name)) {
        rp_text_put(&hasher->outlet, word, (size_t)(name - word));
        rp_text_put(&hasher->outlet, "ccXXXXXX", COMPILER_NAME);
        word = name + COMPILER_NAME;
    }
    put_value(hasher, word);
}

static void put_arguments(struct hasher *hasher, const struct rp_question *question) {
    if (question->text != NULL) {
        put_value(hasher, "sh");
        put_value(hasher, "-c");
        put_argument(hasher, question->text);
        return;
    }
    for (const char *const *at = question->argv; *at != NULL && !is_too_long(hasher); at++)
        put_argument(hasher, *at);
}

uint64_t rp_verdict_hash(const unsigned char key[16], const char *condition,
                         const struct rp_question *question) {
    struct hasher hasher;
    if (question->cwd == NULL ||
        (question->text == NULL && !rp_text_is_named(question->path, question->argv)))
        return 0;
    hasher.outlet.put = absorb;
    rp_text_check(&hasher.checker);
    rp_siphash_start(&hasher.hash, key);
    if (condition != NULL)
        put_value(&hasher, condition);
    put_value(&hasher, question->door);
    rp_request_put_exe(&hasher.outlet, question);
    put_value(&hasher, "");
    put_value(&hasher, question->cwd);
    put_arguments(&hasher, question);
    if (is_too_long(&hasher) || !rp_text_check_finish(&hasher.checker))
        return 0;
    return rp_siphash_finish(&hasher.hash);
}

bool rp_verdict_is_in(const unsigned char bucket[RP_VERDICT_BUCKET_BYTES], uint64_t hash) {
    for (unsigned slot = 0; slot < RP_VERDICT_BUCKET_BYTES && hash != 0; slot += 8) {
        if (rp_memory_load(bucket + slot, 8) == hash)
            return true;
    }
    return false;
}
