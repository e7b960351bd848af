#ifndef RP_REQUEST_H
#define RP_REQUEST_H

#include "text.h"
#include "url.h"

/* The most of a command text, and of all arguments with one NUL each, that a question carries. */
#define RP_REQUEST_MAX_TEXT 1048576

/* Length of what one question is told from all others by. */
enum { RP_REQUEST_ID_BYTES = 16, RP_REQUEST_ID_DIGITS = 32 };

/* A path in at most three pieces that belong together with a slash between them: what a search put
   together is never copied. A piece of length 0 is skipped. */
struct rp_path {
    const char *piece[3];
    size_t len[3];
};

/* One question of docs/protocol.md, section 3; everything is borrowed. */
struct rp_question {
    const char *agent;
    const char *session;
    const char *path;        /* as given to the door; NULL with a text */
    const char *const *argv; /* as given; may be NULL */
    const char *text;        /* of system, popen, wordexp; else NULL */
    const char *door;
    const char *cwd;         /* NULL when it cannot be read */
    const unsigned char *id; /* RP_REQUEST_ID_BYTES of them */
    int64_t now;             /* nanoseconds since 1970; 0 when no clock was read */
    struct rp_path exe;
    int pid;
    int ppid;
    int sid;
    uint32_t markers; /* bit i stands for the name i of rp_names_markers */
    bool enforce;
    bool guardable;
};

/* Puts the question's JSON body. The same question always gives the same bytes, so that a first
   pass can count them. token is one that no head carries, or NULL. */
void rp_request_put_body(struct rp_outlet *to, const struct rp_question *question,
                         const char *token);

/* Whether its command text, or its arguments, are more than a question carries. */
bool rp_request_is_truncated(const struct rp_question *question);

/* Writes an id as lower-case hex digits and a NUL. */
void rp_request_format_id(char into[RP_REQUEST_ID_DIGITS + 1],
                          const unsigned char id[RP_REQUEST_ID_BYTES]);

/* Puts the path of the program that would be started. */
void rp_request_put_exe(struct rp_outlet *to, const struct rp_question *question);

/* Puts the request line and headers for a body of that length. token may be NULL. */
void rp_request_put_head(struct rp_outlet *to, const struct rp_url *url, const char *token,
                         size_t body_len);

#endif
