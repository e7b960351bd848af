#include "url.h"

#include "memory.h"

enum { HTTP_PORT = 80, MAX_PORT = 65535 };

static char lower(char byte) {
    if (byte >= 'A' && byte <= 'Z')
        return (char)(byte - 'A' + 'a');
    return byte;
}

/* What stands behind the scheme, or NULL when the text has another. */
static const char *behind_scheme(const char *text, const char *scheme) {
    for (; *scheme != '\0'; scheme++, text++) {
        if (lower(*text) != *scheme)
            return NULL;
    }
    return text;
}

/* Whether a text holds no control character; a space is one more thing that a path may hold. */
static bool is_printable(const char *text) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    }
    return true;
}

static bool has_space(const char *text) {
    while (*text != '\0' && *text != ' ')
        text++;
    return *text == ' ';
}

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

/* A decimal number up to a bound, of digits only; returns what stands behind it, else NULL. */
static const char *parse_decimal(const char *at, const char *end, unsigned bound,
                                 unsigned *number) {
    const char *start = at;
    *number = 0;
    for (; at < end && *at >= '0' && *at <= '9'; at++) {
        *number = *number * 10 + (unsigned)(*at - '0');
        if (*number > bound)
            return NULL;
    }
    return at == start ? NULL : at;
}

static bool parse_ipv4(const char *at, const char *end, unsigned char address[4]) {
    for (int i = 0; i < 4; i++) {
        unsigned number;
        if (i > 0 && (at == end || *at++ != '.'))
            return false;
        at = parse_decimal(at, end, 255, &number);
        if (at == NULL)
            return false;
        address[i] = (unsigned char)number;
    }
    return at == end;
}

/* One group of an IPv6 address; returns what stands behind it, else NULL. */
static const char *parse_group(const char *at, const char *end, unsigned char into[2]) {
    unsigned value = 0;
    const char *start = at;
    for (; at < end && at < start + 4; at++) {
        char byte = lower(*at);
        if (byte >= '0' && byte <= '9')
            value = value << 4 | (unsigned)(byte - '0');
        else if (byte >= 'a' && byte <= 'f')
            value = value << 4 | (unsigned)(byte - 'a' + 10);
        else
            break;
    }
    into[0] = (unsigned char)(value >> 8);
    into[1] = (unsigned char)(value & 255);
    return at == start ? NULL : at;
}

/* Fills the zeros that :: stands for: `have` bytes are there, those from `gap` on belong to the
 * end. */
static void spread(unsigned char address[16], size_t gap, size_t have) {
    size_t tail = have - gap;
    memmove(address + 16 - tail, address + gap, tail);
    memset(address + gap, 0, 16 - tail - gap);
}

static bool parse_ipv6(const char *at, const char *end, unsigned char address[16]) {
    size_t have = 0;
    size_t gap = 17;
    if (end - at >= 2 && at[0] == ':' && at[1] == ':') {
        gap = 0;
        at += 2;
    }
    while (at < end) {
        if (have == 16)
            return false;
        at = parse_group(at, end, address + have);
        if (at == NULL)
            return false;
        have += 2;
        if (at == end)
            break;
        if (*at++ != ':' || at == end)
            return false;
        if (*at == ':') {
            if (gap <= 16)
                return false;
            gap = have;
            at++;
        }
    }
    if (gap > 16)
        return have == 16;
    if (have == 16)
        return false;
    spread(address, gap, have);
    return true;
}

static bool parse_host(const char *at, const char *end, struct rp_url *url) {
    static const char localhost[] = "localhost";
    size_t len = (size_t)(end - at);
    if (len == sizeof localhost - 1 && behind_scheme(at, localhost) == end) {
        static const unsigned char loopback[4] = {127, 0, 0, 1};
        memcpy(url->address, loopback, sizeof loopback);
        return true;
    }
    if (len >= 2 && at[0] == '[' && end[-1] == ']') {
        url->ipv6 = true;
        return parse_ipv6(at + 1, end - 1, url->address);
    }
    return parse_ipv4(at, end, url->address);
}

static void parse_http(const char *text, struct rp_url *url) {
    const char *end = text;
    const char *host_end;
    unsigned port = HTTP_PORT;
    while (*end != '\0' && *end != '/')
        end++;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '?' || *at == '#' || (*at == '@' && at < end))
            return;
    }
    host_end = end;
    while (host_end > text && host_end[-1] != ':' && host_end[-1] != ']')
        host_end--;
    if (host_end > text && host_end[-1] == ':') {
        if (parse_decimal(host_end, end, MAX_PORT, &port) != end || port == 0)
            return;
        host_end--;
    } else if (host_end == text) {
        host_end = end;
    } else if (host_end != end) {
        return;
    }
    if (!parse_host(text, host_end, url))
        return;
    url->port = (unsigned short)port;
    url->host.at = text;
    url->host.len = (size_t)(end - text);
    url->prefix.at = end;
    url->prefix.len = rp_memory_length(end);
    while (url->prefix.len > 0 && end[url->prefix.len - 1] == '/')
        url->prefix.len--;
    url->kind = RP_URL_HTTP;
}

void rp_url_parse(const char *text, struct rp_url *url) {
    const char *rest;
    memset(url, 0, sizeof *url);
    url->kind = RP_URL_UNUSABLE;
    if (!is_printable(text))
        return;
    rest = behind_scheme(text, "unix://");
    if (rest != NULL) {
        parse_unix(rest, url);
        return;
    }
    rest = behind_scheme(text, "http://");
    if (rest != NULL && !has_space(rest))
        parse_http(rest, url);
}
