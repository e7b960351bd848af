#include "fifo.h"

#include "memory.h"
#include "pipe.h"
#include "siphash.h"
#include "state_file.h"
#include "sys.h"

enum {
    HEAD_BYTES = 28,
    CHECKSUM_BYTES = 8,
    ID_BYTES = 16,
    MAX_FRAMES = 65535,
    FIRST_PAUSE_NS = 50000,
    LAST_PAUSE_NS = 1000000,
};

/* The frame that is being filled. It is as long as the caller's buffer, which is less than a pipe
   takes in one piece. */
struct frames {
    struct rp_outlet outlet;
    const char *id;
    unsigned char *bytes;
    size_t cap;
    size_t used;
    size_t index;
    size_t count;
    int64_t deadline;
    int fd;
    long failure; /* 0, or the negative errno that ended writing */
};

static void start_frame(struct frames *frames) {
    memcpy(frames->bytes, "RMPQ", 4);
    rp_memory_store(frames->bytes + 6, 1, 2);
    rp_memory_parse_hex(frames->bytes + 8, frames->id, ID_BYTES);
    rp_memory_store(frames->bytes + 24, frames->index, 2);
    rp_memory_store(frames->bytes + 26, frames->count, 2);
    frames->used = HEAD_BYTES;
}

static void write_frame(struct frames *frames) {
    size_t len = frames->used + CHECKSUM_BYTES;
    long result = -EAGAIN;
    rp_memory_store(frames->bytes + 4, len, 2);
    rp_memory_store(frames->bytes + frames->used, rp_siphash_checksum(frames->bytes, frames->used),
                    CHECKSUM_BYTES);
    while (result == -EAGAIN) {
        result = rp_pipe_write(frames->fd, frames->bytes, len);
        if (result == -EAGAIN && rp_transport_wait(frames->fd, POLLOUT, frames->deadline) != 0)
            result = -ETIMEDOUT;
    }
    if (result < 0)
        frames->failure = result;
    frames->index++;
    start_frame(frames);
}

static void put_piece(struct rp_outlet *self, const char *bytes, size_t len) {
    struct frames *frames = (struct frames *)self;
    while (len > 0 && frames->failure == 0) {
        size_t room = frames->cap - CHECKSUM_BYTES - frames->used;
        size_t count = room < len ? room : len;
        memcpy(frames->bytes + frames->used, bytes, count);
        frames->used += count;
        bytes += count;
        len -= count;
        if (count == room)
            write_frame(frames);
    }
}

static long write_question(struct frames *frames, const struct rp_question *question,
                           const char *token) {
    size_t piece = frames->cap - HEAD_BYTES - CHECKSUM_BYTES;
    struct rp_counter counter;
    rp_text_count(&counter);
    rp_request_put_body(&counter.outlet, question, token);
    frames->count = (counter.total + piece - 1) / piece;
    if (frames->count > MAX_FRAMES)
        return -EMSGSIZE;
    start_frame(frames);
    rp_request_put_body(&frames->outlet, question, token);
    if (frames->failure == 0 && frames->used > HEAD_BYTES)
        write_frame(frames);
    return frames->failure;
}

/* The endpoint gives the answer its name when it is whole. */
static long open_answer(const struct rp_url *url, const char *id, int64_t deadline, char path[]) {
    char entry[sizeof "answers/" + 2 * (size_t)ID_BYTES];
    int64_t pause = FIRST_PAUSE_NS;
    (void)rp_memory_append(rp_memory_append(entry, "answers/"), id);
    rp_state_file_path(url, entry, path);
    for (;;) {
        long fd = rp_sys_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
        if (fd != -ENOENT)
            return fd;
        if (rp_sys_clock(CLOCK_MONOTONIC) + pause >= deadline)
            return -ETIMEDOUT;
        rp_sys_sleep(pause);
        pause = pause * 2 > LAST_PAUSE_NS ? LAST_PAUSE_NS : pause * 2;
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

enum rp_outcome rp_fifo_ask(const struct rp_settings *settings, const struct rp_question *question,
                            struct rp_exchange *exchange) {
    int64_t deadline = exchange->start + RP_TRANSPORT_TOTAL_NS;
    struct frames frames;
    enum rp_outcome outcome;
    long result = rp_fifo_open(&settings->url, exchange->spare);
    if (result < 0)
        return rp_transport_fail(exchange, RP_STEP_FIFO, result);
    memset(&frames, 0, sizeof frames);
    frames.outlet.put = put_piece;
    frames.id = question->id;
    frames.cap = exchange->cap;
    frames.deadline = deadline;
    frames.bytes = (unsigned char *)exchange->buffer;
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
