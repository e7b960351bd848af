#include "sys.h"

#include <elf.h>
#include <pthread.h>

/* Steps that follow one another share the stack only when they are not merged into their caller. */
#define APART __attribute__((noinline))

/* Both glibc and musl have it; weak, so that the library loads without. */
extern unsigned long getauxval(unsigned long type) __attribute__((weak));

bool rp_sys_is_privileged(void) {
    if (getauxval != NULL)
        return getauxval(AT_SECURE) != 0;
    /* As far as the ids tell. */
    return RP_SYS0(RP_SYS_GETUID) != RP_SYS0(RP_SYS_GETEUID) ||
           RP_SYS0(RP_SYS_GETGID) != RP_SYS0(RP_SYS_GETEGID);
}

APART /* Every libc has it; weak, so that the library loads without. */
    extern int
    pthread_setcanceltype(int type, int *old) __attribute__((weak));

int rp_sys_set_cancellation(int type) {
    int old = type;
    if (pthread_setcanceltype != NULL)
        (void)pthread_setcanceltype(type, &old);
    return old;
}

bool rp_sys_has_threads(void) {
    enum { LINKS_OF_ONE = 3 };
    struct stat status;
    return rp_sys_fstatat(AT_FDCWD, "/proc/self/task", &status, 0) < 0 ||
           status.st_nlink > LINKS_OF_ONE;
}

uint64_t rp_sys_limit(int resource) {
    uint64_t limit[2] = {0, 0};
#if defined(__arm__)
    /* The older call has 32 bits for it. */
    (void)RP_SYS4(SYS_prlimit64, 0, resource, 0, limit);
#else
    /* It looks for no process, and takes half as long. */
    (void)RP_SYS2(SYS_getrlimit, resource, limit);
#endif
    return limit[0];
}

int *rp_sys_errno(void) {
    return &errno;
}

long rp_sys_above_stdio(long fd) {
    long moved;
    if (fd < 0 || fd > 2)
        return fd;
    moved = RP_SYS3(SYS_fcntl, fd, F_DUPFD_CLOEXEC, 3);
    (void)rp_sys_close((int)fd);
    return moved;
}

long rp_sys_openat(int dir, const char *path, int flags, unsigned mode) {
    return rp_sys_above_stdio(
        RP_SYS4(SYS_openat, dir, path, flags | O_CLOEXEC | O_LARGEFILE, mode));
}

/* A span of time as these calls take it. libc's struct may be another: it has 64 bits for the
   seconds where the kernel has a register. */
struct rp_sys_span {
    long seconds;
    long nanoseconds;
};

static struct rp_sys_span span_of(int64_t nanoseconds) {
    int64_t seconds = nanoseconds / 1000000000;
    struct rp_sys_span span = {(long)seconds, (long)(nanoseconds - seconds * 1000000000)};
    return span;
}

long rp_sys_poll(struct pollfd *fds, unsigned count, int64_t nanoseconds) {
    struct rp_sys_span timeout = span_of(nanoseconds < 0 ? 0 : nanoseconds);
    return RP_SYS5(SYS_ppoll, fds, count, &timeout, 0, RP_SIGSET_BYTES);
}

int64_t rp_sys_clock(int clock) {
    struct rp_sys_span now = {0, 0};
#if defined(__arm__)
    int64_t wide[2] = {0, 0};
    if (RP_SYS2(RP_SYS_CLOCK_GETTIME64, clock, wide) == 0)
        return wide[0] * 1000000000 + wide[1];
#endif
    (void)RP_SYS2(SYS_clock_gettime, clock, &now);
    return (int64_t)now.seconds * 1000000000 + now.nanoseconds;
}

void rp_sys_sleep(int64_t nanoseconds) {
    struct rp_sys_span span = span_of(nanoseconds);
    (void)RP_SYS2(SYS_nanosleep, &span, 0);
}
