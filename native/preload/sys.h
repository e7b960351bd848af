#ifndef RP_SYS_H
#define RP_SYS_H

/* Straight kernel calls: libc's own are cancellation points, set errno, and may be interposed by
   somebody else. Every function returns the kernel's result, or a negative errno. Those that open a
   descriptor return one that is at least 3 and closed by exec: 0, 1 and 2 are the host's even when
   the host has closed them. */

#if defined(__APPLE__)
#include "sys_darwin.h"
#else

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>

#if defined(__linux__) && defined(__x86_64__)
#include "sys_linux_x86_64.h"
#elif defined(__linux__) && defined(__aarch64__)
#include "sys_linux_aarch64.h"
#elif defined(__linux__) && defined(__arm__)
#include "sys_linux_arm.h"
#else
#error "librampart has no system layer for this platform"
#endif

#if defined(__clang_analyzer__)
/* The analyzer does not see that assembly writes through its arguments. */
long rp_sys_opaque(long number, ...);
#define RP_SYS0(n) rp_sys_opaque(n)
#define RP_SYS1(n, ...) rp_sys_opaque(n, __VA_ARGS__)
#define RP_SYS2(n, ...) rp_sys_opaque(n, __VA_ARGS__)
#define RP_SYS3(n, ...) rp_sys_opaque(n, __VA_ARGS__)
#define RP_SYS4(n, ...) rp_sys_opaque(n, __VA_ARGS__)
#define RP_SYS5(n, ...) rp_sys_opaque(n, __VA_ARGS__)
#define RP_SYS6(n, ...) rp_sys_opaque(n, __VA_ARGS__)
#else
#define RP_SYS0(n) rp_sys0((n))
#define RP_SYS1(n, a) rp_sys1((n), (long)(a))
#define RP_SYS2(n, a, b) rp_sys2((n), (long)(a), (long)(b))
#define RP_SYS3(n, a, b, c) rp_sys3((n), (long)(a), (long)(b), (long)(c))
#define RP_SYS4(n, a, b, c, d) rp_sys4((n), (long)(a), (long)(b), (long)(c), (long)(d))
#define RP_SYS5(n, a, b, c, d, e)                                                                  \
    rp_sys5((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e))
#define RP_SYS6(n, a, b, c, d, e, f)                                                               \
    rp_sys6((n), (long)(a), (long)(b), (long)(c), (long)(d), (long)(e), (long)(f))
#endif

/* The kernel's own size of a signal set, which is not libc's. */
#define RP_SIGSET_BYTES 8
#define RP_AT_EACCESS 0x200
#define RP_SYS_OPENAT2 437
#define RP_SYS_FACCESSAT2 439

/* When a file was changed last: its content, its owner or its mode. */
#define RP_SYS_CHANGED(status) ((status)->st_ctim)

static inline long rp_sys_close(int fd) {
    return RP_SYS1(SYS_close, fd);
}

/* Moves a descriptor out of the range of stdio. */
long rp_sys_above_stdio(long fd);

long rp_sys_openat(int dir, const char *path, int flags, unsigned mode);

static inline long rp_sys_open(const char *path, int flags, unsigned mode) {
    return rp_sys_openat(AT_FDCWD, path, flags, mode);
}

static inline long rp_sys_read(int fd, void *into, size_t len) {
    return RP_SYS3(SYS_read, fd, into, len);
}

static inline long rp_sys_pread(int fd, void *into, size_t len, int64_t offset) {
#if defined(__arm__)
    /* A 64-bit argument takes a pair of registers, of which the first is an even one. */
    return RP_SYS6(SYS_pread64, fd, into, len, 0, (uint32_t)offset,
                   (uint32_t)((uint64_t)offset >> 32));
#else
    return RP_SYS4(SYS_pread64, fd, into, len, offset);
#endif
}

static inline long rp_sys_write(int fd, const void *bytes, size_t len) {
    return RP_SYS3(SYS_write, fd, bytes, len);
}

static inline long rp_sys_fstat(int fd, struct stat *into) {
    return RP_SYS2(RP_SYS_FSTAT, fd, into);
}

static inline long rp_sys_fstatat(int dir, const char *path, struct stat *into, int flags) {
    return RP_SYS4(RP_SYS_FSTATAT, dir, path, into, flags);
}

static inline long rp_sys_socket(int family) {
    return rp_sys_above_stdio(
        RP_SYS3(SYS_socket, family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
}

static inline long rp_sys_connect(int fd, const void *address, size_t len) {
    return RP_SYS3(SYS_connect, fd, address, len);
}

static inline long rp_sys_send(int fd, const void *bytes, size_t len) {
    return RP_SYS6(SYS_sendto, fd, bytes, len, MSG_NOSIGNAL, 0, 0);
}

static inline long rp_sys_setsockopt(int fd, int level, int name, const void *value, size_t len) {
    return RP_SYS5(SYS_setsockopt, fd, level, name, value, len);
}

static inline long rp_sys_getsockopt(int fd, int level, int name, void *value, unsigned *len) {
    return RP_SYS5(SYS_getsockopt, fd, level, name, value, len);
}

long rp_sys_poll(struct pollfd *fds, unsigned count, int64_t nanoseconds);

/* Nanoseconds of a clock. */
int64_t rp_sys_clock(int clock);

void rp_sys_sleep(int64_t nanoseconds);

/* Whether 8 bytes can be read there. The kernel reads a signal set before it judges what to do with
   it: an address that nothing is mapped at fails with EFAULT, any other changes nothing. */
static inline bool rp_sys_is_readable(uintptr_t at) {
    enum { NO_SUCH_HOW = 99 };
    return RP_SYS4(SYS_rt_sigprocmask, NO_SUCH_HOW, at, 0, RP_SIGSET_BYTES) != -EFAULT;
}

static inline bool rp_sys_has_capabilities(int fd) {
    return RP_SYS4(SYS_fgetxattr, fd, "security.capability", 0, 0) > 0;
}

/* Whether starting an open file gives its caller rights that it does not have; root has them all.
 */
static inline bool rp_sys_gains_capabilities(int fd) {
    return rp_sys_has_capabilities(fd) && RP_SYS0(RP_SYS_GETEUID) != 0;
}

static inline int rp_sys_getpid(void) {
    return (int)RP_SYS0(SYS_getpid);
}

static inline int rp_sys_getppid(void) {
    return (int)RP_SYS0(SYS_getppid);
}

static inline int rp_sys_getsid(void) {
    return (int)RP_SYS1(SYS_getsid, 0);
}

static inline int rp_sys_getpgid(void) {
    return (int)RP_SYS1(SYS_getpgid, 0);
}

static inline unsigned rp_sys_geteuid(void) {
    return (unsigned)RP_SYS0(RP_SYS_GETEUID);
}

static inline unsigned rp_sys_getegid(void) {
    return (unsigned)RP_SYS0(RP_SYS_GETEGID);
}

/* Whether the process runs with rights that its caller does not have. */
bool rp_sys_is_privileged(void);

/* Whether the process has other threads; true where that cannot be known. */
bool rp_sys_has_threads(void);

/* How the calling thread is cancelled from now on, PTHREAD_CANCEL_DEFERRED or _ASYNCHRONOUS; gives
   how it was. It is a bit of the thread's own, which is only written when it is another. */
int rp_sys_set_cancellation(int type);

/* Bytes of the path of the running program, which has no NUL. */
static inline long rp_sys_own_path(char *into, size_t cap) {
    return RP_SYS4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", into, cap);
}

/* How much of a resource the process may use; UINT64_MAX is any amount, 0 an unknown one. */
uint64_t rp_sys_limit(int resource);

/* Bytes of the path with its NUL. */
static inline long rp_sys_getcwd(char *into, size_t cap) {
    return RP_SYS2(SYS_getcwd, into, cap);
}

static inline long rp_sys_readlink(const char *path, char *into, size_t cap) {
    return RP_SYS4(SYS_readlinkat, AT_FDCWD, path, into, cap);
}

/* Opens what a path names without doing anything to it, unless a link is on its way: -ELOOP. */
static inline long rp_sys_open_unlinked(const char *path) {
    enum { NO_SYMLINKS = 4 };
    const uint64_t how[3] = {O_PATH | O_CLOEXEC, 0, NO_SYMLINKS};
    return rp_sys_above_stdio(RP_SYS4(RP_SYS_OPENAT2, AT_FDCWD, path, how, sizeof how));
}

static inline long rp_sys_getrandom(void *into, size_t len) {
    return RP_SYS3(SYS_getrandom, into, len, 1 /* GRND_NONBLOCK */);
}

/* NULL when there is no memory. */
static inline void *rp_sys_map(size_t len) {
    long at =
        RP_SYS6(RP_SYS_MMAP, 0, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at < 0 && at > -4096 ? NULL : (void *)at;
}

static inline void rp_sys_unmap(void *at, size_t len) {
    (void)RP_SYS2(SYS_munmap, at, len);
}

static inline long rp_sys_ioctl(int fd, unsigned long request, void *argument) {
    return RP_SYS3(SYS_ioctl, fd, request, argument);
}

/* Where the calling thread's errno is. */
int *rp_sys_errno(void);

/* errno as it stands before calls of this layer, and back to that behind them. The kernel's own do
   not touch it; a look at it would cost every child of a fork a fault. */
static inline int rp_sys_keep_errno(void) {
    return 0;
}

static inline void rp_sys_give_errno(int kept) {
    (void)kept;
}

/* Whether the file may be executed by the effective user; 0, or a negative errno. */
static inline long rp_sys_executable(int dir, const char *path) {
    long result = RP_SYS4(RP_SYS_FACCESSAT2, dir, path, 1 /* X_OK */, RP_AT_EACCESS);
    return result == -ENOSYS ? RP_SYS3(SYS_faccessat, dir, path, 1) : result;
}

#endif

#endif
