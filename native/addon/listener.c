/* A Unix socket whose connections cost what they must: the kernel's calls, and one of JavaScript's.
   A stream of Node's costs more than the question that comes over it. */

#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* How many connections are taken before the event loop has its turn. */
enum { AT_ONCE = 16 };

/* How often and how long in each turn it is waited for what a client has not sent yet. */
enum { MOST_WAITS = 8, WAIT_MS = 1 };

/* How long an answer may be without memory of its own. */
enum { ANSWER_ROOM = 8192 };

/* What is needed of libuv, by its stable ABI: the headers of N-API have none of it. Weak, because a
   program that embeds Node may keep its event loop to itself. */
enum { UV_READABLE = 1, UV_HANDLE_POLL = 8 };
struct uv_poll {
    void *data;
};
extern size_t uv_handle_size(int type) __attribute__((weak));
extern int uv_poll_init(struct uv_loop_s *loop, struct uv_poll *poll, int fd) __attribute__((weak));
extern int uv_poll_start(struct uv_poll *poll, int events,
                         void (*on_event)(struct uv_poll *poll, int status, int events))
    __attribute__((weak));
extern void uv_close(struct uv_poll *poll, void (*on_close)(struct uv_poll *poll))
    __attribute__((weak));
extern void uv_unref(struct uv_poll *poll) __attribute__((weak));

static bool has_libuv(void) {
    return uv_handle_size != NULL && uv_poll_init != NULL && uv_poll_start != NULL &&
           uv_close != NULL && uv_unref != NULL;
}

struct listener {
    napi_env env;
    napi_ref take;
    /* Where the first bytes of a connection are told. */
    napi_ref bytes;
    char *room;
    size_t size;
    struct uv_poll *poll;
    /* -1 when it is closed. */
    int fd;
    /* Given up for a moment when no other descriptor is left. */
    int reserve;
    /* JavaScript's object and the event loop each keep it. */
    int holders;
};

static void release(struct listener *listener) {
    listener->holders--;
    if (listener->holders == 0)
        free(listener);
}

static void set_modes(int fd) {
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
}

static int open_reserve(void) {
    return open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static int accept_one(int fd) {
#if defined(__linux__)
    return accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
    int connection = accept(fd, NULL, NULL);
    if (connection >= 0)
        set_modes(connection);
    return connection;
#endif
}

/* Without a free descriptor a connection would wait for one and wake us without end: it is closed.
 */
static void turn_one_away(struct listener *listener) {
    int connection;
    if (listener->reserve < 0)
        return;
    (void)close(listener->reserve);
    connection = accept_one(listener->fd);
    if (connection >= 0)
        (void)close(connection);
    listener->reserve = open_reserve();
}

/* Whether a question is there to its end. A hint that saves time: JavaScript reads it for good. */
static bool seems_whole(const char *text, size_t length) {
    static const char end[] = {'\r', '\n', '\r', '\n'};
    static const char field[] = "Content-Length: ";
    const char *const body = memmem(text, length, end, sizeof end);
    const char *at;
    size_t wanted = 0;
    if (body == NULL)
        return false;
    at = memmem(text, (size_t)(body - text), field, strlen(field));
    for (at = at == NULL ? body : at + strlen(field); *at >= '0' && *at <= '9'; at++)
        wanted = wanted * 10 + (size_t)(*at - '0');
    return length - (size_t)(body - text) - sizeof end >= wanted;
}

/* How much is there of what a client sends first. It has just connected and asks, in several pieces
   if its question is long: to wait for them takes less than the stream of Node's that would be
   needed. Whoever lets us wait in vain is the last in this turn. */
static size_t receive_first(struct listener *listener, int connection, int *waits_left) {
    struct pollfd entry = {connection, POLLIN, 0};
    size_t have = 0;
    while (have < listener->size && !seems_whole(listener->room, have)) {
        const ssize_t got = recv(connection, listener->room + have, listener->size - have, 0);
        if (got > 0) {
            have += (size_t)got;
            continue;
        }
        if (got < 0 && errno == EINTR)
            continue;
        if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK) || *waits_left == 0)
            break;
        *waits_left = poll(&entry, 1, WAIT_MS) > 0 ? *waits_left - 1 : 0;
    }
    return have;
}

/* Gives a connection to JavaScript; what that throws is the process's, as from any event. */
static void hand_over(struct listener *listener, int connection, int *waits_left) {
    napi_env env = listener->env;
    napi_value global;
    napi_value take;
    napi_value arguments[2];
    napi_value thrown;
    const size_t length = receive_first(listener, connection, waits_left);
    if (napi_get_global(env, &global) != napi_ok ||
        napi_get_reference_value(env, listener->take, &take) != napi_ok ||
        napi_create_int32(env, connection, &arguments[0]) != napi_ok ||
        napi_create_int64(env, (int64_t)length, &arguments[1]) != napi_ok) {
        (void)close(connection);
        return;
    }
    if (napi_make_callback(env, NULL, global, take, 2, arguments, NULL) == napi_pending_exception &&
        napi_get_and_clear_last_exception(env, &thrown) == napi_ok)
        (void)napi_fatal_exception(env, thrown);
}

static void take_connections(struct uv_poll *poll, int status, int events) {
    struct listener *listener = poll->data;
    int waits_left = MOST_WAITS;
    (void)status;
    (void)events;
    for (int count = 0; count < AT_ONCE && listener->fd >= 0; count++) {
        napi_handle_scope scope;
        int connection = accept_one(listener->fd);
        if (connection < 0 && (errno == EINTR || errno == ECONNABORTED))
            continue;
        if (connection < 0) {
            if (errno == EMFILE || errno == ENFILE)
                turn_one_away(listener);
            return;
        }
        if (napi_open_handle_scope(listener->env, &scope) != napi_ok) {
            (void)close(connection);
            return;
        }
        hand_over(listener, connection, &waits_left);
        (void)napi_close_handle_scope(listener->env, scope);
    }
}

static void forget_poll(struct uv_poll *poll) {
    release(poll->data);
    free(poll);
}

static void close_listener(struct listener *listener) {
    if (listener->fd < 0)
        return;
    uv_close(listener->poll, forget_poll);
    (void)close(listener->fd);
    if (listener->reserve >= 0)
        (void)close(listener->reserve);
    listener->fd = -1;
    (void)napi_delete_reference(listener->env, listener->take);
    (void)napi_delete_reference(listener->env, listener->bytes);
}

static struct listener *listener_of(napi_env env, napi_callback_info info) {
    napi_value object;
    void *listener = NULL;
    if (napi_get_cb_info(env, info, NULL, NULL, &object, NULL) != napi_ok ||
        napi_unwrap(env, object, &listener) != napi_ok)
        return NULL;
    return listener;
}

static napi_value close_method(napi_env env, napi_callback_info info) {
    struct listener *listener = listener_of(env, info);
    if (listener == NULL)
        return throw_usage(env, "close is a method of a listener");
    close_listener(listener);
    return NULL;
}

static napi_value unref_method(napi_env env, napi_callback_info info) {
    struct listener *listener = listener_of(env, info);
    if (listener == NULL)
        return throw_usage(env, "unref is a method of a listener");
    if (listener->fd >= 0)
        uv_unref(listener->poll);
    return NULL;
}

static void forget_object(napi_env env, void *data, void *hint) {
    (void)env;
    (void)hint;
    release(data);
}

/* A listening socket; -1 with errno. */
static int open_socket(const char *path, int backlog) {
    struct sockaddr_un address;
    int fd;
    int error;
    memset(&address, 0, sizeof address);
    address.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path));
    fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    set_modes(fd);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) == 0 && listen(fd, backlog) == 0)
        return fd;
    error = errno;
    (void)close(fd);
    errno = error;
    return -1;
}

/* 0, or an errno; then nothing is left open. */
static int start_listener(struct listener *listener, struct uv_loop_s *loop, const char *path,
                          int backlog) {
    listener->fd = open_socket(path, backlog);
    if (listener->fd < 0)
        return errno;
    listener->poll = calloc(1, uv_handle_size(UV_HANDLE_POLL));
    if (listener->poll == NULL || uv_poll_init(loop, listener->poll, listener->fd) != 0) {
        free(listener->poll);
        (void)close(listener->fd);
        return ENOMEM;
    }
    listener->poll->data = listener;
    listener->holders = 1;
    listener->reserve = open_reserve();
    (void)uv_poll_start(listener->poll, UV_READABLE, take_connections);
    return 0;
}

static napi_value wrap_listener(napi_env env, struct listener *listener) {
    static const napi_property_descriptor methods[] = {
        {"close", NULL, close_method, NULL, NULL, NULL, napi_enumerable, NULL},
        {"unref", NULL, unref_method, NULL, NULL, NULL, napi_enumerable, NULL},
    };
    napi_value object;
    if (napi_create_object(env, &object) != napi_ok ||
        napi_define_properties(env, object, sizeof methods / sizeof methods[0], methods) !=
            napi_ok ||
        napi_wrap(env, object, listener, forget_object, NULL, NULL) != napi_ok)
        return NULL;
    listener->holders++;
    return object;
}

napi_value listen_at(napi_env env, napi_callback_info info) {
    size_t count = 4;
    napi_value arguments[4];
    int32_t backlog = 0;
    struct uv_loop_s *loop = NULL;
    struct listener *listener;
    void *room = NULL;
    char *path = NULL;
    int error;
    napi_value object;
    if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) == napi_ok && count == 4)
        path = copy_string(env, arguments[0]);
    listener = path == NULL ? NULL : calloc(1, sizeof *listener);
    if (listener == NULL || napi_get_value_int32(env, arguments[1], &backlog) != napi_ok ||
        napi_get_buffer_info(env, arguments[2], &room, &listener->size) != napi_ok ||
        napi_create_reference(env, arguments[2], 1, &listener->bytes) != napi_ok ||
        napi_create_reference(env, arguments[3], 1, &listener->take) != napi_ok) {
        free(path);
        free(listener);
        return throw_usage(env, "listenAt takes a path, a backlog, a Buffer and a function");
    }
    listener->env = env;
    listener->room = room;
    if (!has_libuv() || napi_get_uv_event_loop(env, &loop) != napi_ok) {
        free(path);
        free(listener);
        return napi_get_null(env, &object) == napi_ok ? object : NULL;
    }
    error = start_listener(listener, loop, path, backlog);
    free(path);
    if (error != 0) {
        free(listener);
        return throw_error(env, "listenAt", error);
    }
    object = wrap_listener(env, listener);
    if (object == NULL)
        close_listener(listener);
    return object;
}

/* How many bytes the kernel took. A client that has left gets nothing more, so all counts as taken.
 */
static size_t send_bytes(int fd, const char *bytes, size_t length) {
#if defined(MSG_NOSIGNAL)
    const int flags = MSG_NOSIGNAL;
#else
    /* Node ignores SIGPIPE. */
    const int flags = 0;
#endif
    ssize_t sent;
    do {
        sent = send(fd, bytes, length, flags);
    } while (sent < 0 && errno == EINTR);
    if (sent >= 0)
        return (size_t)sent;
    return errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM ? 0 : length;
}

napi_value send_last(napi_env env, napi_callback_info info) {
    char room[ANSWER_ROOM];
    char *bytes = room;
    size_t count = 2;
    size_t length = 0;
    size_t sent;
    napi_value arguments[2];
    napi_value result;
    int32_t fd;
    if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 2 ||
        napi_get_value_int32(env, arguments[0], &fd) != napi_ok ||
        napi_get_value_string_utf8(env, arguments[1], NULL, 0, &length) != napi_ok)
        return throw_usage(env, "sendLast takes a descriptor and a text");
    if (length >= sizeof room)
        bytes = malloc(length + 1);
    if (bytes == NULL)
        return throw_error(env, "sendLast", ENOMEM);
    (void)napi_get_value_string_utf8(env, arguments[1], bytes, length + 1, &length);
    sent = send_bytes(fd, bytes, length);
    if (sent == length)
        (void)close(fd);
    if (bytes != room)
        free(bytes);
    return napi_create_int64(env, (int64_t)sent, &result) == napi_ok ? result : NULL;
}
