#include "transport.h"

#include "fifo.h"
#include "memory.h"
#include "state_file.h"
#include "sys.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/un.h>

enum {
    FIRST_RETRY_NS = 100000,
    LAST_RETRY_NS = 10000000,
    FOREIGN = 1, /* another user's socket */
};

/* Steps that follow one another share the stack only when they are not merged into their caller. */
#define APART __attribute__((noinline))

/* An open question: what is not sent yet, the socket, and the deadline. */
struct link {
    struct rp_collector pieces;
    int64_t deadline;
    int fd;
};

long rp_transport_wait(int fd, short events, int64_t deadline) {
    for (;;) {
        struct pollfd entry = {fd, events, 0};
        int64_t left = deadline - rp_sys_clock(CLOCK_MONOTONIC);
        long ready;
        if (left <= 0)
            return -ETIMEDOUT;
        ready = rp_sys_poll(&entry, 1, left);
        if (ready > 0)
            return 0;
        if (ready < 0 && ready != -EINTR && ready != -EAGAIN)
            return ready;
    }
}

static void send_pieces(struct rp_collector *pieces) {
    const struct link *link = (const struct link *)pieces;
    size_t sent = 0;
    while (sent < pieces->used && pieces->failure == 0) {
        long count = rp_sys_send(link->fd, pieces->bytes + sent, pieces->used - sent);
        if (count >= 0)
            sent += (size_t)count;
        else if (count == -EAGAIN)
            pieces->failure = rp_transport_wait(link->fd, POLLOUT, link->deadline);
        else if (count != -EINTR)
            pieces->failure = count;
    }
    pieces->used = 0;
}

APART static void send_question(struct link *link, const struct rp_settings *settings,
                                const struct rp_question *question) {
    struct rp_counter counter;
    rp_text_count(&counter);
    rp_request_put_body(&counter.outlet, question, NULL);
    rp_request_put_head(&link->pieces.outlet, &settings->url, settings->token, counter.total);
    rp_request_put_body(&link->pieces.outlet, question, NULL);
    send_pieces(&link->pieces);
}

enum rp_outcome rp_transport_fail(const struct rp_exchange *exchange, enum rp_step step,
                                  long failure) {
    exchange->trace->steps[step] = (int16_t)failure;
    switch (failure) {
    case -ETIMEDOUT:
        return RP_TIMEOUT;
    case -EPERM:
    case -EACCES:
        return RP_FORBIDDEN;
    case -EMFILE:
    case -ENFILE:
    case -ENOBUFS:
    case -ENOMEM:
        return RP_NO_MEANS;
    default:
        return RP_NOBODY;
    }
}

enum rp_outcome rp_transport_outcome(enum rp_response_step step) {
    switch (step) {
    case RP_RESPONSE_ALLOWED:
        return RP_ALLOWED;
    case RP_RESPONSE_DENIED:
        return RP_DENIED;
    case RP_RESPONSE_STATUS:
        return RP_BAD_STATUS;
    case RP_RESPONSE_FAILED:
        return RP_SERVER_ERROR;
    case RP_RESPONSE_MALFORMED:
    case RP_RESPONSE_MORE:
        break;
    }
    return RP_MALFORMED;
}

/* The endpoint is there and thinking, or asking a person. */
static void wait_longer(struct link *link, const struct rp_exchange *exchange) {
    int64_t last = exchange->start + exchange->patience;
    link->deadline = rp_sys_clock(CLOCK_MONOTONIC) + RP_TRANSPORT_TOTAL_NS;
    if (link->deadline > last)
        link->deadline = last;
}

APART static enum rp_outcome receive_answer(struct link *link, struct rp_exchange *exchange,
                                            bool patient) {
    struct rp_response response;
    rp_response_start(&response, exchange->buffer, exchange->cap);
    for (;;) {
        long count = rp_sys_read(link->fd, exchange->spare, exchange->spare_cap);
        if (count > 0) {
            enum rp_response_step step =
                rp_response_feed(&response, exchange->spare, (size_t)count);
            if (response.processing && patient)
                wait_longer(link, exchange);
            response.processing = false;
            if (step == RP_RESPONSE_MORE)
                continue;
            exchange->reason_len = response.answer.text_len;
            exchange->reason = (enum rp_reason)response.answer.reason;
            exchange->trace->steps[RP_STEP_STATUS] = (int16_t)response.status;
            return rp_transport_outcome(step);
        }
        if (count == -EAGAIN)
            count = rp_transport_wait(link->fd, POLLIN, link->deadline);
        else if (count != -EINTR)
            return RP_CUT;
        if (count == -ETIMEDOUT)
            return RP_TIMEOUT;
    }
}

bool rp_transport_pause(int64_t *pause, int64_t longest, int64_t deadline) {
    if (rp_sys_clock(CLOCK_MONOTONIC) + *pause >= deadline)
        return false;
    rp_sys_sleep(*pause);
    *pause = *pause * 2 > longest ? longest : *pause * 2;
    return true;
}

/* Connects without blocking. A full backlog is a busy endpoint, not an absent one. */
static long connect_within(int fd, const void *address, size_t len, int64_t deadline) {
    int64_t pause = FIRST_RETRY_NS;
    for (;;) {
        long result = rp_sys_connect(fd, address, len);
        if (result == -EINPROGRESS || result == -EINTR || result == -EALREADY) {
            int error = 0;
            unsigned size = sizeof error;
            result = rp_transport_wait(fd, POLLOUT, deadline);
            if (result == 0)
                result = rp_sys_getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
            return result == 0 ? -error : result;
        }
        if (result != -EAGAIN)
            return result == -EISCONN ? 0 : result;
        if (!rp_transport_pause(&pause, LAST_RETRY_NS, deadline))
            return -ETIMEDOUT;
    }
}

APART static long connect_unix(int fd, const struct rp_url *url, int64_t deadline) {
    struct sockaddr_un address;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, url->path.at, url->path.len);
    return connect_within(fd, &address, sizeof address, deadline);
}

APART static long connect_tcp(int fd, const struct rp_url *url, int64_t deadline) {
    union {
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    int on = 1;
    uint16_t port = (uint16_t)(url->port << 8 | url->port >> 8);
    memset(&address, 0, sizeof address);
    if (url->ipv6) {
        address.v6.sin6_family = AF_INET6;
        address.v6.sin6_port = port;
        memcpy(&address.v6.sin6_addr, url->address, 16);
    } else {
        address.v4.sin_family = AF_INET;
        address.v4.sin_port = port;
        memcpy(&address.v4.sin_addr, url->address, 4);
    }
    (void)rp_sys_setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return connect_within(fd, &address, url->ipv6 ? sizeof address.v6 : sizeof address.v4,
                          deadline);
}

/* Whose word counts: our own, the system's, and everybody's for who may do everything. */
static bool is_trusted(unsigned owner) {
    unsigned user;
    if (owner == 0)
        return true;
    user = rp_sys_geteuid();
    return user == 0 || user == owner;
}

/* Who owns the directory says whether somebody is there; where it cannot be seen, who owns the one
   that hides it. */
static bool is_anothers(const struct rp_url *url, char room[], struct stat *status) {
    size_t len = url->directory_len;
    long result;
    memcpy(room, url->path.at, len);
    do {
        room[len] = '\0';
        result = rp_sys_fstatat(AT_FDCWD, room, status, 0);
        while (len > 0 && room[--len] != '/')
            continue;
    } while (result == -EACCES);
    return result == 0 && !is_trusted(status->st_uid);
}

/* Where nothing has the socket's name, connecting would fail with ENOENT; to make a socket for that
   costs more than all the rest. */
APART static long find_socket(const struct rp_url *url, char room[]) {
    struct stat status;
    long result = rp_sys_fstatat(AT_FDCWD, url->path.at, &status, 0);
    if (result == 0)
        return is_trusted(status.st_uid) ? 0 : FOREIGN;
    if (result != -ENOENT && result != -EACCES)
        return 0;
    if (is_anothers(url, room, &status))
        return FOREIGN;
    return result == -ENOENT ? result : 0;
}

/* An endpoint that shows only its FIFO is there as well. */
static long find_endpoint(const struct rp_url *url, char room[]) {
    long result = find_socket(url, room);
    if (result == -ENOENT) {
        long fd = rp_fifo_open(url, room);
        if (fd >= 0)
            result = rp_sys_close((int)fd);
    }
    return result;
}

APART enum rp_outcome rp_transport_ask(const struct rp_settings *settings,
                                       const struct rp_question *question,
                                       struct rp_exchange *exchange) {
    const struct rp_url *url = &settings->url;
    bool local = url->kind == RP_URL_UNIX;
    int64_t connected = exchange->start + RP_TRANSPORT_CONNECT_NS;
    struct link link = {.pieces = {{rp_text_collect},
                                   (unsigned char *)exchange->buffer,
                                   exchange->cap,
                                   0,
                                   send_pieces,
                                   0}};
    enum rp_outcome outcome;
    long result = local ? find_endpoint(url, exchange->spare) : 0;
    if (result == FOREIGN)
        return RP_FOREIGN;
    if (result == 0)
        result = rp_sys_socket(local ? AF_UNIX : url->ipv6 ? AF_INET6 : AF_INET);
    if (result < 0)
        return rp_transport_fail(exchange, RP_STEP_SOCKET, result);
    link.fd = (int)result;
    link.deadline = exchange->start + RP_TRANSPORT_TOTAL_NS;
    result = local ? connect_unix(link.fd, url, connected) : connect_tcp(link.fd, url, connected);
    if (result < 0) {
        outcome = rp_transport_fail(exchange, RP_STEP_SOCKET, result);
    } else {
        exchange->trace->steps[RP_STEP_SOCKET] = RP_WORD_OK;
        send_question(&link, settings, question);
        /* An endpoint that has seen enough may answer and close before everything is sent. */
        outcome =
            link.pieces.failure == -ETIMEDOUT ? RP_TIMEOUT : receive_answer(&link, exchange, local);
    }
    (void)rp_sys_close(link.fd);
    return outcome;
}
