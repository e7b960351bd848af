#ifndef RP_PIPE_H
#define RP_PIPE_H

#include <stddef.h>

/* Writes once, without ever raising SIGPIPE in the host: the result of write, or a negative errno.
 */
long rp_pipe_write(int fd, const void *bytes, size_t len);

#endif
