/* rampart.node: the kernel services that Node lacks. */

#include "addon.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#if defined(__linux__)
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#if defined(__APPLE__)
#include <crt_externs.h>
#include <sys/un.h>
#endif
#include <termios.h>
#include <unistd.h>

enum { SIGNAL_COUNT = 65, SIGNAL_SET_LEN = 16, STDIO_COUNT = 3 };

/* The variant that POSIX has, by the name under which both glibc and musl export it: theirs of the
 * usual name differ. */
#if defined(__APPLE__)
#define write_error_text strerror_r
#else
extern int write_error_text(int error, char *into, size_t size) __asm("__xpg_strerror_r");
extern char **environ;
#endif

/* The name of an errno as Node spells it in `code`. */
static const char *code_of(int error) {
    static const struct {
        int error;
        const char *code;
    } codes[] = {
        {E2BIG, "E2BIG"},
        {EACCES, "EACCES"},
        {EADDRINUSE, "EADDRINUSE"},
        {EAGAIN, "EAGAIN"},
        {EBADF, "EBADF"},
        {EEXIST, "EEXIST"},
        {EFAULT, "EFAULT"},
        {EINVAL, "EINVAL"},
        {EIO, "EIO"},
        {EISDIR, "EISDIR"},
#if defined(ELIBBAD)
        {ELIBBAD, "ELIBBAD"},
#endif
        {ELOOP, "ELOOP"},
        {EMFILE, "EMFILE"},
        {ENAMETOOLONG, "ENAMETOOLONG"},
        {ENFILE, "ENFILE"},
        {ENOENT, "ENOENT"},
        {ENOEXEC, "ENOEXEC"},
        {ENOLCK, "ENOLCK"},
        {ENOMEM, "ENOMEM"},
        {ENOTCONN, "ENOTCONN"},
        {ENOTDIR, "ENOTDIR"},
        {ENOTSOCK, "ENOTSOCK"},
        {EPERM, "EPERM"},
        {ETXTBSY, "ETXTBSY"},
    };
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].error == error)
            return codes[i].code;
    }
    return "EUNKNOWN";
}

napi_value throw_error(napi_env env, const char *call, int error) {
    char text[80] = "";
    char message[160];
    (void)write_error_text(error, text, sizeof text);
    (void)snprintf(message, sizeof message, "%s: %s: %s", code_of(error), call, text);
    (void)napi_throw_error(env, code_of(error), message);
    return NULL;
}

napi_value throw_usage(napi_env env, const char *usage) {
    (void)napi_throw_type_error(env, "ERR_INVALID_ARG_TYPE", usage);
    return NULL;
}

static bool read_descriptor(napi_env env, napi_callback_info info, int32_t *fd) {
    size_t count = 1;
    napi_value argument;
    napi_valuetype type;
    return napi_get_cb_info(env, info, &count, &argument, NULL, NULL) == napi_ok && count == 1 &&
           napi_typeof(env, argument, &type) == napi_ok && type == napi_number &&
           napi_get_value_int32(env, argument, fd) == napi_ok;
}

static bool set_number(napi_env env, napi_value object, const char *name, int64_t number) {
    napi_value value;
    return napi_create_int64(env, number, &value) == napi_ok &&
           napi_set_named_property(env, object, name, value) == napi_ok;
}

struct peer {
    pid_t pid;
    uid_t uid;
    gid_t gid;
};

#if defined(__APPLE__)
/* False with errno when the kernel knows no peer. */
static bool read_peer(int fd, struct peer *peer) {
    socklen_t len = sizeof peer->pid;
    return getsockopt(fd, SOL_LOCAL, LOCAL_PEERPID, &peer->pid, &len) == 0 &&
           getpeereid(fd, &peer->uid, &peer->gid) == 0;
}
#else
static bool read_peer(int fd, struct peer *peer) {
    struct ucred credentials;
    socklen_t len = sizeof credentials;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &len) != 0)
        return false;
    /* The kernel answers for any kind of socket; without a peer on this machine there is no pid. */
    if (credentials.pid == 0) {
        errno = ENOTCONN;
        return false;
    }
    peer->pid = credentials.pid;
    peer->uid = credentials.uid;
    peer->gid = credentials.gid;
    return true;
}
#endif

/* peerCredentials(fd): who connected, as the kernel knows it. */
static napi_value peer_credentials(napi_env env, napi_callback_info info) {
    napi_value result;
    struct peer peer;
    int32_t fd;
    if (!read_descriptor(env, info, &fd))
        return throw_usage(env, "peerCredentials takes a descriptor");
    if (!read_peer(fd, &peer))
        return throw_error(env, "peerCredentials", errno);
    if (napi_create_object(env, &result) != napi_ok || !set_number(env, result, "pid", peer.pid) ||
        !set_number(env, result, "uid", peer.uid) || !set_number(env, result, "gid", peer.gid))
        return NULL;
    return result;
}

/* lockFile(fd): takes the exclusive lock of an open file; false when another open of it holds it.
 */
static napi_value lock_file(napi_env env, napi_callback_info info) {
    napi_value result;
    int32_t fd;
    int locked;
    if (!read_descriptor(env, info, &fd))
        return throw_usage(env, "lockFile takes a descriptor");
    do {
        locked = flock(fd, LOCK_EX | LOCK_NB);
    } while (locked != 0 && errno == EINTR);
    if (locked != 0 && errno != EWOULDBLOCK)
        return throw_error(env, "lockFile", errno);
    return napi_get_boolean(env, locked == 0, &result) == napi_ok ? result : NULL;
}

/* makeFifo(path): makes a FIFO that only its owner may use. */
static napi_value make_fifo(napi_env env, napi_callback_info info) {
    size_t count = 1;
    napi_value argument;
    char *path = NULL;
    int error = 0;
    if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) == napi_ok && count == 1)
        path = copy_string(env, argument);
    if (path == NULL)
        return throw_usage(env, "makeFifo takes a path without NUL");
    if (mkfifo(path, S_IRUSR | S_IWUSR) != 0)
        error = errno;
    free(path);
    return error == 0 ? NULL : throw_error(env, "makeFifo", error);
}

/* realPath(path): the path without links; null where nothing stands. */
static napi_value real_path(napi_env env, napi_callback_info info) {
    size_t count = 1;
    size_t len;
    napi_value argument;
    napi_value result;
    /* What fills it may be cut, and is too long for the system anyway. */
    char path[PATH_MAX + 1];
    char resolved[PATH_MAX];
    if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok || count != 1 ||
        napi_get_value_string_utf8(env, argument, path, sizeof path, &len) != napi_ok ||
        strlen(path) != len)
        return throw_usage(env, "realPath takes a path without NUL");
    if (realpath(path, resolved) != NULL)
        return napi_create_string_utf8(env, resolved, NAPI_AUTO_LENGTH, &result) == napi_ok ? result
                                                                                            : NULL;
    if (errno != ENOENT && errno != ENOTDIR)
        return throw_error(env, "realPath", errno);
    return napi_get_null(env, &result) == napi_ok ? result : NULL;
}

/* What exec hands to the next program and Node has changed, as it was when the addon was loaded.
   The addon is loaded long after Node's own start, so what Node changes before that is put back to
   what a fresh program expects. */
static struct termios terminals[STDIO_COUNT];
static bool is_terminal[STDIO_COUNT];

static void note_terminals(void) {
    for (int fd = 0; fd < STDIO_COUNT; fd++)
        is_terminal[fd] = tcgetattr(fd, &terminals[fd]) == 0;
}

/* Node makes its own stdio non-blocking; a shell that finds it so fails on its first read. */
static void restore_stdio(void) {
    for (int fd = 0; fd < STDIO_COUNT; fd++) {
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0)
            continue;
        if ((flags & O_NONBLOCK) != 0)
            (void)fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
        (void)fcntl(fd, F_SETFD, 0);
        if (is_terminal[fd])
            (void)tcsetattr(fd, TCSANOW, &terminals[fd]);
    }
}

/* Node raises its limit of open files as far as it may. What it was is what the parent has. */
static void restore_limits(void) {
#if defined(__linux__)
    struct rlimit own;
    struct rlimit parent;
    if (prlimit(0, RLIMIT_NOFILE, NULL, &own) != 0 ||
        prlimit(getppid(), RLIMIT_NOFILE, NULL, &parent) != 0 || parent.rlim_cur >= own.rlim_cur)
        return;
    own.rlim_cur = parent.rlim_cur;
    (void)setrlimit(RLIMIT_NOFILE, &own);
#endif
}

struct signals {
    sigset_t mask;
    struct sigaction actions[SIGNAL_COUNT];
    bool changed[SIGNAL_COUNT];
};

/* Whether a signal is in a set that is written as in /proc/PID/status: hexadecimal, the first in
   the lowest bit. */
static bool is_signal_in(const char *set, int number) {
    size_t len = strlen(set);
    size_t digit = (size_t)(number - 1) / 4;
    int c = digit < len ? set[len - 1 - digit] : '0';
    unsigned value = c >= 'a' && c <= 'f' ? 10U + (unsigned)(c - 'a') : (unsigned)(c - '0');
    return value < 16 && ((value >> ((unsigned)(number - 1) % 4)) & 1) != 0;
}

/* Node ignores SIGPIPE and SIGXFSZ from its start on, and exec would keep that; handlers fall back
   by themselves. What else the parent had ignored Node has forgotten: `ignored` names it. */
static void reset_signals(struct signals *signals, const char *ignored) {
    sigset_t none;
    memset(signals, 0, sizeof *signals);
    for (int number = 1; number < SIGNAL_COUNT; number++) {
        struct sigaction action;
        bool is_ignored = is_signal_in(ignored, number);
        if (!is_ignored && number != SIGPIPE && number != SIGXFSZ)
            continue;
        memset(&action, 0, sizeof action);
        action.sa_handler = is_ignored ? SIG_IGN : SIG_DFL;
        signals->changed[number] = sigaction(number, &action, &signals->actions[number]) == 0;
    }
    (void)sigemptyset(&none);
    (void)pthread_sigmask(SIG_SETMASK, &none, &signals->mask);
}

static void restore_signals(const struct signals *signals) {
    for (int number = 1; number < SIGNAL_COUNT; number++) {
        if (signals->changed[number])
            (void)sigaction(number, &signals->actions[number], NULL);
    }
    (void)pthread_sigmask(SIG_SETMASK, &signals->mask, NULL);
}

/* Bytes as the file system and exec take them: without NUL inside. NULL when they are none. */
static char *copy_bytes(const void *bytes, size_t len) {
    char *copy = memchr(bytes, 0, len) == NULL ? malloc(len + 1) : NULL;
    if (copy == NULL)
        return NULL;
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

char *copy_string(napi_env env, napi_value value) {
    size_t len;
    char *copy;
    void *bytes;
    bool is_buffer;
    if (napi_is_buffer(env, value, &is_buffer) != napi_ok)
        return NULL;
    if (is_buffer) {
        if (napi_get_buffer_info(env, value, &bytes, &len) != napi_ok)
            return NULL;
        return copy_bytes(len == 0 ? "" : bytes, len);
    }
    if (napi_get_value_string_utf8(env, value, NULL, 0, &len) != napi_ok)
        return NULL;
    copy = malloc(len + 1);
    if (copy == NULL || napi_get_value_string_utf8(env, value, copy, len + 1, &len) != napi_ok ||
        strlen(copy) != len) {
        free(copy);
        return NULL;
    }
    return copy;
}

static void free_vector(char **vector) {
    for (size_t i = 0; vector != NULL && vector[i] != NULL; i++)
        free(vector[i]);
    free(vector);
}

static char **copy_vector(napi_env env, napi_value value) {
    uint32_t count;
    char **vector;
    if (napi_get_array_length(env, value, &count) != napi_ok)
        return NULL;
    vector = calloc((size_t)count + 1, sizeof *vector);
    for (uint32_t i = 0; vector != NULL && i < count; i++) {
        napi_value element;
        if (napi_get_element(env, value, i, &element) == napi_ok)
            vector[i] = copy_string(env, element);
        if (vector[i] == NULL) {
            free_vector(vector);
            return NULL;
        }
    }
    return vector;
}

static int replace_process(const char *path, char *const argv[], char *const envp[],
                           const char *ignored) {
    struct signals signals;
    int error;
    restore_stdio();
    restore_limits();
    reset_signals(&signals, ignored);
    (void)execve(path, argv, envp);
    error = errno;
    restore_signals(&signals);
    return error;
}

/* execve(path, argv, envp[, ignored]): becomes another program. Returns only by throwing. */
static napi_value become(napi_env env, napi_callback_info info) {
    size_t count = 4;
    napi_value arguments[4];
    char ignored[SIGNAL_SET_LEN + 1] = "";
    size_t len;
    char *path = NULL;
    char **argv = NULL;
    char **envp = NULL;
    int error = EINVAL;
    if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) == napi_ok && count >= 3) {
        path = copy_string(env, arguments[0]);
        argv = copy_vector(env, arguments[1]);
        envp = copy_vector(env, arguments[2]);
        (void)napi_get_value_string_utf8(env, arguments[3], ignored, sizeof ignored, &len);
    }
    if (path != NULL && argv != NULL && envp != NULL)
        error = replace_process(path, argv, envp, ignored);
    else
        (void)throw_usage(env, "execve takes a path, arguments and an environment, without NUL");
    if (path != NULL && argv != NULL && envp != NULL)
        (void)throw_error(env, "execve", error);
    free(path);
    free_vector(argv);
    free_vector(envp);
    return NULL;
}

static char **own_environment(void) {
#if defined(__APPLE__)
    return *_NSGetEnviron();
#else
    return environ;
#endif
}

/* Wherever the variable stands: an environment may have it twice. */
static void conceal(const char *name) {
    size_t len = strlen(name);
    for (char **entry = own_environment(); entry != NULL && *entry != NULL; entry++) {
        if (strncmp(*entry, name, len) == 0 && (*entry)[len] == '=')
            memset(*entry + len + 1, 0, strlen(*entry + len + 1));
    }
}

/* concealSecrets(names): what stands in these variables is read by nobody any more who looks at our
   environment from outside, nor anything else that only the owner of a process may read. */
static napi_value conceal_secrets(napi_env env, napi_callback_info info) {
    size_t count = 1;
    napi_value argument;
    char **names = NULL;
    if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) == napi_ok && count == 1)
        names = copy_vector(env, argument);
    if (names == NULL)
        return throw_usage(env, "concealSecrets takes names of variables");
    for (size_t i = 0; names[i] != NULL; i++)
        conceal(names[i]);
    free_vector(names);
#if defined(__linux__)
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
        return throw_error(env, "concealSecrets", errno);
#endif
    return NULL;
}

static napi_value create_addon(napi_env env, napi_value exports) {
    const napi_property_descriptor properties[] = {
        {"peerCredentials", NULL, peer_credentials, NULL, NULL, NULL, napi_enumerable, NULL},
        {"lockFile", NULL, lock_file, NULL, NULL, NULL, napi_enumerable, NULL},
        {"makeFifo", NULL, make_fifo, NULL, NULL, NULL, napi_enumerable, NULL},
        {"realPath", NULL, real_path, NULL, NULL, NULL, napi_enumerable, NULL},
        {"execve", NULL, become, NULL, NULL, NULL, napi_enumerable, NULL},
        {"concealSecrets", NULL, conceal_secrets, NULL, NULL, NULL, napi_enumerable, NULL},
        {"listenAt", NULL, listen_at, NULL, NULL, NULL, napi_enumerable, NULL},
        {"sendLast", NULL, send_last, NULL, NULL, NULL, napi_enumerable, NULL},
        {"identifyProgram", NULL, identify_program, NULL, NULL, NULL, napi_enumerable, NULL},
    };
    note_terminals();
    (void)napi_define_properties(env, exports, sizeof properties / sizeof properties[0],
                                 properties);
    return exports;
}

/* The headers' macro defines it undeclared. */
NAPI_MODULE_EXPORT int32_t NODE_API_MODULE_GET_API_VERSION(void);

NAPI_MODULE_INIT() {
    return create_addon(env, exports);
}
