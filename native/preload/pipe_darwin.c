#include "pipe.h"

#include "sys.h"

/* The signal of a broken pipe goes to the whole process on macOS, so that blocking it in one thread
   does not help; the descriptor itself can be told to raise none. */
long rp_pipe_write(int fd, const void *bytes, size_t len) {
    long before = rp_sys_result(rp_darwin_fcntl(fd, F_GETNOSIGPIPE));
    long result;
    if (before < 0)
        return before;
    (void)rp_darwin_fcntl(fd, F_SETNOSIGPIPE, 1);
    result = rp_sys_write(fd, bytes, len);
    if (before == 0)
        (void)rp_darwin_fcntl(fd, F_SETNOSIGPIPE, 0);
    return result;
}
