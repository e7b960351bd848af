#ifndef RP_FIFO_H
#define RP_FIFO_H

#include "transport.h"

/* The way to ask where sockets are forbidden: docs/protocol.md, section 6. The question goes into
   the state directory's FIFO, the answer comes as a file. */
enum rp_outcome rp_fifo_ask(const struct rp_settings *settings, const struct rp_question *question,
                            struct rp_exchange *exchange);

/* Opens the FIFO beside a socket for writing; fails where nobody reads it: the kernel knows who is
   there, and a file could only tell who was. The path is made in room of RP_STATE_PATH_BYTES. */
long rp_fifo_open(const struct rp_url *url, char room[]);

#endif
