#ifndef RP_TEXT_H
#define RP_TEXT_H

/* Text that flows: a producer puts pieces of any length into an outlet and nothing is ever held
   whole. Outlets are chained (quote → escape → send). */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct rp_outlet {
    void (*put)(struct rp_outlet *self, const char *bytes, size_t len);
};

/* Puts bytes; none at all may be NULL. */
static inline void rp_text_put(struct rp_outlet *to, const char *bytes, size_t len) {
    if (len > 0)
        to->put(to, bytes, len);
}

/* Puts a text that ends with NUL. */
void rp_text_put_string(struct rp_outlet *to, const char *text);

/* Only counts what is put. */
struct rp_counter {
    struct rp_outlet outlet;
    size_t total;
};
void rp_text_count(struct rp_counter *counter);

/* Passes at most `left` bytes on and notes whether something was cut. */
struct rp_limiter {
    struct rp_outlet outlet;
    struct rp_outlet *to;
    size_t left;
    bool cut;
};
void rp_text_limit(struct rp_limiter *limiter, struct rp_outlet *to, size_t bytes);

/* Collects what is put in a buffer and passes that on whenever it is full, until that fails. */
struct rp_collector {
    struct rp_outlet outlet;
    unsigned char *bytes;
    size_t cap;
    size_t used;
    void (*flush)(struct rp_collector *self); /* passes on, and makes room */
    long failure;                             /* 0, or the negative errno that ended it */
};
void rp_text_collect(struct rp_outlet *self, const char *bytes, size_t len);

/* Reads bytes as UTF-8 (RFC 3629). A byte that is part of no valid sequence is one by itself. */
struct rp_utf8 {
    unsigned char pending[4];
    uint8_t have;
    uint8_t want;
};
enum rp_utf8_step {
    RP_UTF8_MORE,    /* inside a sequence */
    RP_UTF8_WHOLE,   /* pending[0..have) is one character; clear `have` before the next step */
    RP_UTF8_INVALID, /* pending[0..have) are invalid; clear `have` and give the same byte again */
    RP_UTF8_ALONE,   /* the byte itself is invalid */
};
enum rp_utf8_step rp_text_utf8_step(struct rp_utf8 *state, unsigned char byte);

/* Passes the inside of a JSON string on. Finish flushes an incomplete sequence, and says whether
   everything put was valid UTF-8. */
struct rp_escaper {
    struct rp_outlet outlet;
    struct rp_outlet *to;
    struct rp_utf8 utf8;
    bool invalid;
};
void rp_text_escape(struct rp_escaper *escaper, struct rp_outlet *to);
bool rp_text_escape_finish(struct rp_escaper *escaper);

/* Notes whether everything put is valid UTF-8. */
struct rp_checker {
    struct rp_outlet outlet;
    struct rp_utf8 utf8;
    bool invalid;
};
void rp_text_check(struct rp_checker *checker);
bool rp_text_check_finish(struct rp_checker *checker);

/* Passes standard base64 with padding on. */
struct rp_base64 {
    struct rp_outlet outlet;
    struct rp_outlet *to;
    unsigned char carry[3];
    uint8_t have;
};
void rp_text_base64(struct rp_base64 *base64, struct rp_outlet *to);
void rp_text_base64_finish(struct rp_base64 *base64);

/* Whether a byte is a letter or a digit of ASCII. */
bool rp_text_is_alphanumeric(char byte);

/* Whether the first argument names the program: it is the path, or the path's last component. */
bool rp_text_is_named(const char *path, const char *const *argv);

/* Puts the command text of docs/protocol.md, section 3. path may be NULL only with a text. */
void rp_text_put_command(struct rp_outlet *to, const char *path, const char *const *argv,
                         const char *text);

#endif
