#include "url.h"

#include "memory.h"

enum { HTTP_PORT = 80, MAX_PORT = 65535 };

static void parse_unix(const char *path, struct rp_url *url) {
    size_t len = rp_memory_length(path);
    const char *last = rp_memory_last_component(path);
    if (path[0] != '/' || len > RP_URL_MAX_SOCKET_PATH || *last == '\0')
        return;
    url->path.at = path;
    url->path.len = len;
    url->directory_len = (size_t)(last - path) - 1;
    url->kind = RP_URL_UNIX;
}

/* These give what stands behind an address, NULL when there is none. */
static const char *parse_ipv4(const char *at, unsigned char address[4]) {
    for (int i = 0; i < 4; i++) {
        size_t number;
        if (i > 0 && *at++ != '.')
            return NULL;
        at = rp_memory_parse(at, 10, 255, &number);
        if (at == NULL)
            return NULL;
        address[i] = (unsigned char)number;
    }
    return at;
}

static const char *parse_group(const char *at, unsigned char into[2]) {
    size_t number;
    const char *end = rp_memory_parse(at, 16, 0xffff, &number);
    if (end == NULL || end - at > 4)
        return NULL;
    into[0] = (unsigned char)(number >> 8);
    into[1] = (unsigned char)number;
    return end;
}

/* What stands behind the gap goes to the end, and leaves the zeros that :: stands for. */
static void spread(unsigned char address[16], size_t gap, size_t have) {
    for (size_t to = 16; have > gap;) {
        address[--to] = address[--have];
        address[have] = 0;
    }
}

/* Up to the bracket that closes it. */
static const char *parse_ipv6(const char *at, unsigned char address[16]) {
    enum { NO_GAP = 17 };
    size_t have = 0;
    size_t gap = NO_GAP;
    if (at[0] == ':' && at[1] == ':') {
        gap = 0;
        at += 2;
    }
    while (*at != ']') {
        if (have == 16 || (at = parse_group(at, address + have)) == NULL)
            return NULL;
        have += 2;
        if (*at == ']')
            break;
        if (*at++ != ':' || *at == ']')
            return NULL;
        if (*at == ':') {
            if (gap != NO_GAP)
                return NULL;
            gap = have;
            at++;
        }
    }
    if ((have == 16) != (gap == NO_GAP))
        return NULL;
    if (have < 16)
        spread(address, gap, have);
    return at + 1;
}

static const char *parse_host(const char *at, struct rp_url *url) {
    static const unsigned char loopback[4] = {127, 0, 0, 1};
    const char *end = rp_memory_behind(at, "localhost");
    if (end != NULL) {
        memcpy(url->address, loopback, sizeof loopback);
        return end;
    }
    url->ipv6 = *at == '[';
    return url->ipv6 ? parse_ipv6(at + 1, url->address) : parse_ipv4(at, url->address);
}

static void parse_http(const char *text, struct rp_url *url) {
    const char *end = parse_host(text, url);
    size_t port = HTTP_PORT;
    if (end != NULL && *end == ':')
        end = rp_memory_parse(end + 1, 10, MAX_PORT, &port);
    if (end == NULL || port == 0 || (*end != '/' && *end != '\0'))
        return;
    url->port = (unsigned short)port;
    url->host.at = text;
    url->host.len = (size_t)(end - text);
    url->prefix.at = end;
    for (const char *at = end; *at != '\0'; at++) {
        if (*at == '?' || *at == '#')
            return;
        if (*at != '/')
            url->prefix.len = (size_t)(at - end) + 1;
    }
    url->kind = RP_URL_HTTP;
}

void rp_url_parse(const char *text, struct rp_url *url) {
    const char *path = rp_memory_behind(text, "unix://");
    const char *host = rp_memory_behind(text, "http://");
    memset(url, 0, sizeof *url);
    url->kind = RP_URL_UNUSABLE;
    /* A space is one more thing that a path may hold. */
    if (path != NULL && rp_memory_is_clean(path, ' '))
        parse_unix(path, url);
    if (host != NULL && rp_memory_is_clean(host, '!'))
        parse_http(host, url);
}
