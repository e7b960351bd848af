#ifndef RP_TRANSPORT_H
#define RP_TRANSPORT_H

#include "outcome.h"
#include "request.h"
#include "response.h"
#include "settings.h"
#include "trace.h"

/* How long asking may take, and how much of that connecting may take. */
#define RP_TRANSPORT_TOTAL_NS INT64_C(2000000000)
#define RP_TRANSPORT_CONNECT_NS INT64_C(1000000000)

/* On the Unix socket each 102 begins that time anew, but asking takes no longer than this in all.
 */
#define RP_TRANSPORT_PATIENCE_NS INT64_C(120000000000)

/* The caller's buffers: the question goes out through the first, which then holds the answer's
   reason; the answer comes in through the second, where a path of the state directory fits before.
 */
struct rp_exchange {
    char *buffer;
    size_t cap;
    char *spare;
    size_t spare_cap;
    int64_t start;    /* nanoseconds of the monotonic clock; both ways to ask share one deadline */
    int64_t patience; /* RP_TRANSPORT_PATIENCE_NS; a test has less */
    size_t reason_len;
    enum rp_reason reason;
    struct rp_trace *trace; /* the steps on the way are put there */
};

/* Asks over the socket that the settings name: opens, asks, closes; leaves nothing behind. Where
   sockets are forbidden, fifo.h has another way. */
enum rp_outcome rp_transport_ask(const struct rp_settings *settings,
                                 const struct rp_question *question, struct rp_exchange *exchange);

/* Waits until a descriptor is ready. 0, -ETIMEDOUT, or what poll failed with. */
long rp_transport_wait(int fd, short events, int64_t deadline);

/* Sleeps, each time twice as long up to the longest; false when that would be beyond the deadline.
 */
bool rp_transport_pause(int64_t *pause, int64_t longest, int64_t deadline);

/* What the last step of reading an answer means. */
enum rp_outcome rp_transport_outcome(enum rp_response_step step);

/* What a system call that failed on the way to an answer means; a step of the trace tells of it. */
enum rp_outcome rp_transport_fail(const struct rp_exchange *exchange, enum rp_step step,
                                  long failure);

#endif
