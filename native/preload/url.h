#ifndef RP_URL_H
#define RP_URL_H

#include <stdbool.h>
#include <stddef.h>

/* The longest path a socket address holds, without its NUL. */
#define RP_URL_MAX_SOCKET_PATH 107

enum rp_url_kind { RP_URL_UNUSABLE, RP_URL_UNIX, RP_URL_HTTP };

/* A piece of the URL's text. */
struct rp_span {
    const char *at;
    size_t len;
};

/* RAMPART_URL, read. Spans point into the text that was read. */
struct rp_url {
    enum rp_url_kind kind;
    struct rp_span path;   /* unix: the socket's path; it ends with the text's NUL */
    size_t directory_len;  /* unix: bytes of the path up to and without its last slash */
    struct rp_span host;   /* http: host and port as given, for the Host header */
    struct rp_span prefix; /* http: the path in front of ours, without a slash at its end */
    unsigned char address[16];
    unsigned short port;
    bool ipv6;
};

/* Reads unix://PATH or http://HOST[:PORT][/prefix]. HOST is a number or localhost: names are not
   looked up, because that takes a resolver, which takes libc's heap and locks. User names, queries,
   fragments, blanks and control characters make a URL unusable. */
void rp_url_parse(const char *text, struct rp_url *url);

#endif
