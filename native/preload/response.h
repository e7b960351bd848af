#ifndef RP_RESPONSE_H
#define RP_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The most bytes an answer may have, head and body. */
#define RP_RESPONSE_MAX_BYTES 65536
/* How deep an answer's JSON may nest. */
#define RP_RESPONSE_MAX_DEPTH 32

enum rp_response_step {
    RP_RESPONSE_MORE,      /* not whole yet */
    RP_RESPONSE_ALLOWED,   /* whole: allowed is true */
    RP_RESPONSE_DENIED,    /* whole: allowed is false */
    RP_RESPONSE_MALFORMED, /* not an answer of docs/protocol.md, section 4 */
    RP_RESPONSE_STATUS,    /* a status that is neither 200 nor 5xx */
    RP_RESPONSE_FAILED,    /* a 5xx status */
};

/* Which string of the answer the text is. */
enum rp_reason { RP_REASON_NONE, RP_REASON_MESSAGE, RP_REASON_NOTICE };

/* Reads one JSON object byte by byte. */
struct rp_answer {
    char *text; /* the caller's buffer for `notice`, else `message` */
    size_t text_cap;
    size_t text_len;
    uint32_t containers; /* bit d is set when the container at depth d is an array */
    uint16_t unicode;    /* of the escape being read */
    uint16_t surrogate;  /* the first half of a pair, or 0 */
    uint8_t depth;
    uint8_t state;
    uint8_t after;   /* how far a literal, a number or an escape has come */
    uint8_t role;    /* what the string being read is for */
    uint8_t reason;  /* enum rp_reason: what `text` holds */
    uint8_t key_len; /* of `key`; one more than its size when the key is longer */
    bool key_escaped;
    bool seen_allowed;
    bool allowed;
    char key[8];
};

/* Reads one HTTP/1.1 answer in pieces of any size. Nothing is allocated; `text` ends up with the
   start of the answer's `notice` or `message` as UTF-8, without a NUL. */
struct rp_response {
    struct rp_answer answer;
    size_t total;
    size_t left; /* bytes left of the body or of the chunk */
    uint16_t status;
    uint8_t state;
    uint8_t line_len;
    bool has_length;
    bool chunked;
    bool processing; /* a 102 has come; the reader clears it */
    char line[40];
};

void rp_response_start(struct rp_response *response, char *text, size_t text_cap);

/* Reads on. Anything but RP_RESPONSE_MORE is final, and bytes behind it are not read. */
enum rp_response_step rp_response_feed(struct rp_response *response, const char *bytes, size_t len);

/* The JSON alone, for answers that come without HTTP. */
void rp_response_start_answer(struct rp_answer *answer, char *text, size_t text_cap);
bool rp_response_feed_answer(struct rp_answer *answer, char byte);
enum rp_response_step rp_response_finish_answer(const struct rp_answer *answer);

#endif
