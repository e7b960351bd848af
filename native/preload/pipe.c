#include "pipe.h"

#include "sys.h"

#include <signal.h>

long rp_pipe_write(int fd, const void *bytes, size_t len) {
    uint64_t pipe_signal = UINT64_C(1) << (SIGPIPE - 1);
    uint64_t mask = 0;
    uint64_t pending = 0;
    struct timespec at_once = {0, 0};
    long result;
    (void)RP_SYS4(SYS_rt_sigprocmask, SIG_BLOCK, &pipe_signal, &mask, RP_SIGSET_BYTES);
    (void)RP_SYS2(SYS_rt_sigpending, &pending, RP_SIGSET_BYTES);
    result = rp_sys_write(fd, bytes, len);
    if (result == -EPIPE && (pending & pipe_signal) == 0)
        (void)RP_SYS4(SYS_rt_sigtimedwait, &pipe_signal, 0, &at_once, RP_SIGSET_BYTES);
    (void)RP_SYS4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, RP_SIGSET_BYTES);
    return result;
}
