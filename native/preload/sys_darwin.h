#ifndef RP_SYS_DARWIN_H
#define RP_SYS_DARWIN_H

/* The system layer of macOS. The kernel's numbers are no interface there, so these are libSystem's
   functions, in the variants that are no cancellation points. They set errno: rp_launch_call gives
   the caller's back. Results are the kernel's, or a negative errno, as on Linux. */

#include <errno.h>
#include <fcntl.h>
#include <mach-o/dyld.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <time.h>
#include <unistd.h>

extern int rp_darwin_open(const char *path, int flags, ...) __asm("_open$NOCANCEL");
extern int rp_darwin_openat(int dir, const char *path, int flags, ...) __asm("_openat$NOCANCEL");
extern int rp_darwin_fcntl(int fd, int command, ...) __asm("_fcntl$NOCANCEL");
extern int rp_darwin_close(int fd) __asm("_close$NOCANCEL");
extern ssize_t rp_darwin_read(int fd, void *into, size_t len) __asm("_read$NOCANCEL");
extern ssize_t rp_darwin_pread(int fd, void *into, size_t len,
                               off_t offset) __asm("_pread$NOCANCEL");
extern ssize_t rp_darwin_write(int fd, const void *bytes, size_t len) __asm("_write$NOCANCEL");
extern int rp_darwin_connect(int fd, const struct sockaddr *address,
                             socklen_t len) __asm("_connect$NOCANCEL");
extern ssize_t rp_darwin_sendto(int fd, const void *bytes, size_t len, int flags,
                                const struct sockaddr *address,
                                socklen_t address_len) __asm("_sendto$NOCANCEL");
extern int rp_darwin_poll(struct pollfd *fds, nfds_t count, int timeout) __asm("_poll$NOCANCEL");
extern int rp_darwin_nanosleep(const struct timespec *span,
                               struct timespec *left) __asm("_nanosleep$NOCANCEL");

/* A path relative to a descriptor alone cannot be started on macOS. */
#define AT_EMPTY_PATH 0

/* When a file was changed last: its content, its owner or its mode. */
#define RP_SYS_CHANGED(status) ((status)->st_ctimespec)

static inline long rp_sys_result(long result) {
    return result < 0 ? -errno : result;
}

static inline long rp_sys_close(int fd) {
    return rp_sys_result(rp_darwin_close(fd));
}

/* Moves a descriptor out of the range of stdio. */
static inline long rp_sys_above_stdio(long fd) {
    long moved;
    if (fd < 0 || fd > 2)
        return fd;
    moved = rp_sys_result(rp_darwin_fcntl((int)fd, F_DUPFD_CLOEXEC, 3));
    (void)rp_sys_close((int)fd);
    return moved;
}

static inline long rp_sys_openat(int dir, const char *path, int flags, unsigned mode) {
    return rp_sys_above_stdio(
        rp_sys_result(rp_darwin_openat(dir, path, flags | O_CLOEXEC, (int)mode)));
}

static inline long rp_sys_open(const char *path, int flags, unsigned mode) {
    return rp_sys_above_stdio(rp_sys_result(rp_darwin_open(path, flags | O_CLOEXEC, (int)mode)));
}

static inline long rp_sys_read(int fd, void *into, size_t len) {
    return rp_sys_result(rp_darwin_read(fd, into, len));
}

static inline long rp_sys_pread(int fd, void *into, size_t len, int64_t offset) {
    return rp_sys_result(rp_darwin_pread(fd, into, len, offset));
}

static inline long rp_sys_write(int fd, const void *bytes, size_t len) {
    return rp_sys_result(rp_darwin_write(fd, bytes, len));
}

static inline long rp_sys_fstat(int fd, struct stat *into) {
    return rp_sys_result(fstat(fd, into));
}

static inline long rp_sys_fstatat(int dir, const char *path, struct stat *into, int flags) {
    return rp_sys_result(fstatat(dir, path, into, flags));
}

static inline long rp_sys_connect(int fd, const void *address, size_t len) {
    return rp_sys_result(rp_darwin_connect(fd, address, (socklen_t)len));
}

static inline long rp_sys_send(int fd, const void *bytes, size_t len) {
    return rp_sys_result(rp_darwin_sendto(fd, bytes, len, 0, NULL, 0));
}

static inline long rp_sys_setsockopt(int fd, int level, int name, const void *value, size_t len) {
    return rp_sys_result(setsockopt(fd, level, name, value, (socklen_t)len));
}

static inline long rp_sys_getsockopt(int fd, int level, int name, void *value, unsigned *len) {
    return rp_sys_result(getsockopt(fd, level, name, value, len));
}

/* macOS marks a socket only after it is made: a thread that forks just then passes it on. */
static inline long rp_sys_socket(int family) {
    int on = 1;
    long fd = rp_sys_above_stdio(rp_sys_result(socket(family, SOCK_STREAM, 0)));
    if (fd < 0)
        return fd;
    (void)rp_darwin_fcntl((int)fd, F_SETFD, FD_CLOEXEC);
    (void)rp_darwin_fcntl((int)fd, F_SETFL, O_NONBLOCK);
    (void)rp_sys_setsockopt((int)fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
    return fd;
}

/* Milliseconds are the kernel's grain here; the rest of one is waited for, too. */
static inline long rp_sys_poll(struct pollfd *fds, unsigned count, int64_t nanoseconds) {
    int64_t milliseconds = nanoseconds <= 0 ? 0 : (nanoseconds + 999999) / 1000000;
    return rp_sys_result(
        rp_darwin_poll(fds, count, milliseconds > INT32_MAX ? INT32_MAX : (int)milliseconds));
}

/* Nanoseconds of a clock. */
static inline int64_t rp_sys_clock(clockid_t clock) {
    struct timespec now = {0, 0};
    (void)clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static inline void rp_sys_sleep(int64_t nanoseconds) {
    struct timespec span = {nanoseconds / 1000000000, nanoseconds % 1000000000};
    (void)rp_darwin_nanosleep(&span, NULL);
}

/* No call is known here that looks and changes nothing. */
static inline bool rp_sys_is_readable(uintptr_t at) {
    (void)at;
    return true;
}

static inline int rp_sys_getpid(void) {
    return getpid();
}

static inline int rp_sys_getppid(void) {
    return getppid();
}

static inline int rp_sys_getsid(void) {
    return getsid(0);
}

static inline int rp_sys_getpgid(void) {
    return getpgid(0);
}

static inline int rp_sys_set_cancellation(int type) {
    int old = type;
    (void)pthread_setcanceltype(type, &old);
    return old;
}

static inline unsigned rp_sys_geteuid(void) {
    return geteuid();
}

static inline unsigned rp_sys_getegid(void) {
    return getegid();
}

/* Bytes of the path with its NUL. The kernel writes as much as a path may have. */
static inline long rp_sys_getcwd(char *into, size_t cap) {
    long result = -ERANGE;
    long fd;
    if (cap < MAXPATHLEN)
        return result;
    fd = rp_sys_open(".", O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return fd;
    result = rp_sys_result(rp_darwin_fcntl((int)fd, F_GETPATH, into));
    (void)rp_sys_close((int)fd);
    while (result >= 0 && into[result] != '\0')
        result++;
    return result < 0 ? result : result + 1;
}

static inline long rp_sys_readlink(const char *path, char *into, size_t cap) {
    return rp_sys_result(readlink(path, into, cap));
}

/* There is no way to look without opening for real. */
static inline long rp_sys_open_unlinked(const char *path) {
    (void)path;
    return -ELOOP;
}

/* Bytes of the path of the running program, which has no NUL. */
static inline long rp_sys_own_path(char *into, size_t cap) {
    uint32_t size = (uint32_t)cap;
    long len = 0;
    if (_NSGetExecutablePath(into, &size) != 0)
        return -ERANGE;
    while (into[len] != '\0')
        len++;
    return len;
}

static inline long rp_sys_getrandom(void *into, size_t len) {
    return getentropy(into, len) == 0 ? (long)len : -errno;
}

/* NULL when there is no memory. */
static inline void *rp_sys_map(size_t len) {
    void *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

static inline void rp_sys_unmap(void *at, size_t len) {
    (void)munmap(at, len);
}

static inline long rp_sys_ioctl(int fd, unsigned long request, void *argument) {
    return rp_sys_result(ioctl(fd, request, argument));
}

/* How much of a resource the process may use; UINT64_MAX is any amount, 0 an unknown one. */
static inline uint64_t rp_sys_limit(int resource) {
    struct rlimit limit = {0, 0};
    (void)getrlimit(resource, &limit);
    return limit.rlim_cur == RLIM_INFINITY ? UINT64_MAX : limit.rlim_cur;
}

/* Whether this process runs Intel code on an Arm machine. */
static inline bool rp_sys_is_translated(void) {
    int translated = 0;
    size_t size = sizeof translated;
    return sysctlbyname("sysctl.proc_translated", &translated, &size, NULL, 0) == 0 &&
           translated == 1;
}

/* Whether the file may be executed by the effective user; 0, or a negative errno. */
static inline long rp_sys_executable(int dir, const char *path) {
    return rp_sys_result(faccessat(dir, path, X_OK, AT_EACCESS));
}

/* Whether the process runs with rights that its caller does not have. */
static inline bool rp_sys_is_privileged(void) {
    return issetugid() != 0;
}

/* Where the calling thread's errno is. */
static inline int *rp_sys_errno(void) {
    return &errno;
}

/* errno as it stands before calls of this layer, and back to that behind them. */
static inline int rp_sys_keep_errno(void) {
    return errno;
}

static inline void rp_sys_give_errno(int kept) {
    errno = kept;
}

#endif
