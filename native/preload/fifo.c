#include "fifo.h"

#include "memory.h"
#include "pipe.h"
#include "siphash.h"
#include "state_file.h"
#include "sys.h"

/* Steps that follow one another share the stack only when they are not merged into their caller. */
#define APART __attribute__((noinline))

enum {
    HEAD_BYTES = 28,
    CHECKSUM_BYTES = 8,
    MAX_FRAMES = 65535,
    FIRST_PAUSE_NS = 50000,
    LAST_PAUSE_NS = 1000000,
};

/* The frame that is being filled, which with its checksum is as long as the caller's buffer: less
   than a pipe takes in one piece. */
struct frames {
    struct rp_collector pieces;
    const unsigned char *id;
    size_t index;
    size_t count;
    int64_t deadline;
    int fd;
};

static void start_frame(struct frames *frames) {
    static const char magic[4] = {'R', 'M', 'P', 'Q'};
    unsigned char *bytes = frames->pieces.bytes;
    memcpy(bytes, magic, sizeof magic);
    rp_memory_store(bytes + 6, 1, 2);
    memcpy(bytes + 8, frames->id, RP_REQUEST_ID_BYTES);
    rp_memory_store(bytes + 24, frames->index, 2);
    rp_memory_store(bytes + 26, frames->count, 2);
    frames->pieces.used = HEAD_BYTES;
}

static void write_frame(struct rp_collector *pieces) {
    struct frames *frames = (struct frames *)pieces;
    size_t used = pieces->used;
    long result = -EAGAIN;
    rp_memory_store(pieces->bytes + 4, used + CHECKSUM_BYTES, 2);
    rp_memory_store(pieces->bytes + used, rp_siphash_checksum(pieces->bytes, used), CHECKSUM_BYTES);
    while (result == -EAGAIN) {
        result = rp_pipe_write(frames->fd, pieces->bytes, used + CHECKSUM_BYTES);
        if (result == -EAGAIN && rp_transport_wait(frames->fd, POLLOUT, frames->deadline) != 0)
            result = -ETIMEDOUT;
    }
    if (result < 0)
        pieces->failure = result;
    frames->index++;
    start_frame(frames);
}

static long write_question(struct frames *frames, const struct rp_question *question,
                           const char *token) {
    struct rp_collector *pieces = &frames->pieces;
    size_t piece = pieces->cap - HEAD_BYTES;
    struct rp_counter counter;
    rp_text_count(&counter);
    rp_request_put_body(&counter.outlet, question, token);
    frames->count = (counter.total + piece - 1) / piece;
    if (frames->count > MAX_FRAMES)
        return -EMSGSIZE;
    start_frame(frames);
    rp_request_put_body(&pieces->outlet, question, token);
    if (pieces->failure == 0 && pieces->used > HEAD_BYTES)
        write_frame(pieces);
    return pieces->failure;
}

/* The endpoint gives the answer its name when it is whole. */
static long open_answer(const struct rp_url *url, const unsigned char *id, int64_t deadline,
                        char path[]) {
    char entry[sizeof "answers/" + (size_t)RP_REQUEST_ID_DIGITS];
    int64_t pause = FIRST_PAUSE_NS;
    rp_request_format_id(rp_memory_append(entry, "answers/"), id);
    rp_state_file_path(url, entry, path);
    for (;;) {
        long fd = rp_sys_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
        if (fd != -ENOENT)
            return fd;
        if (!rp_transport_pause(&pause, LAST_PAUSE_NS, deadline))
            return -ETIMEDOUT;
    }
}

static enum rp_outcome read_answer(int fd, struct rp_exchange *exchange) {
    struct rp_answer answer;
    size_t total = 0;
    long count;
    rp_response_start_answer(&answer, exchange->buffer, exchange->cap);
    while ((count = rp_sys_read(fd, exchange->spare, exchange->spare_cap)) != 0) {
        if (count == -EINTR)
            continue;
        total += count > 0 ? (size_t)count : 0;
        if (count < 0 || total > RP_RESPONSE_MAX_BYTES)
            return RP_MALFORMED;
        for (long i = 0; i < count; i++) {
            if (!rp_response_feed_answer(&answer, exchange->spare[i]))
                return RP_MALFORMED;
        }
    }
    exchange->reason_len = answer.text_len;
    exchange->reason = (enum rp_reason)answer.reason;
    return rp_transport_outcome(rp_response_finish_answer(&answer));
}

long rp_fifo_open(const struct rp_url *url, char room[]) {
    struct stat status;
    long fd;
    rp_state_file_path(url, "questions", room);
    fd = rp_sys_open(room, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY, 0);
    if (fd < 0)
        return fd;
    if (rp_sys_fstat((int)fd, &status) == 0 && S_ISFIFO(status.st_mode))
        return fd;
    (void)rp_sys_close((int)fd);
    return -ENOENT;
}

APART enum rp_outcome rp_fifo_ask(const struct rp_settings *settings,
                                  const struct rp_question *question,
                                  struct rp_exchange *exchange) {
    int64_t deadline = exchange->start + RP_TRANSPORT_TOTAL_NS;
    struct frames frames;
    enum rp_outcome outcome;
    long result = rp_fifo_open(&settings->url, exchange->spare);
    if (result < 0)
        return rp_transport_fail(exchange, RP_STEP_FIFO, result);
    memset(&frames, 0, sizeof frames);
    frames.pieces.outlet.put = rp_text_collect;
    frames.pieces.flush = write_frame;
    frames.pieces.bytes = (unsigned char *)exchange->buffer;
    frames.pieces.cap = exchange->cap - CHECKSUM_BYTES;
    frames.id = question->id;
    frames.deadline = deadline;
    frames.fd = (int)result;
    result = write_question(&frames, question, settings->token);
    (void)rp_sys_close(frames.fd);
    if (result == 0)
        result = open_answer(&settings->url, question->id, deadline, exchange->spare);
    if (result < 0)
        return rp_transport_fail(exchange, RP_STEP_FIFO, result);
    exchange->trace->steps[RP_STEP_FIFO] = RP_WORD_OK;
    outcome =
        rp_state_file_is_trusted((int)result) ? read_answer((int)result, exchange) : RP_MALFORMED;
    (void)rp_sys_close((int)result);
    return outcome;
}
