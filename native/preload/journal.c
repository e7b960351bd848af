#include "journal.h"

#include "memory.h"
#include "siphash.h"
#include "state_file.h"
#include "sys.h"

enum { HEADER_BYTES = 100, CHECKSUM_BYTES = 8, MAX_ARGUMENTS = 65535, MAX_STRING = 65535 };
enum { FLAG_CUT = 1, FLAG_NOT_GUARDABLE = 2 };
enum {
    /* A reader that takes one journal after the other was seen to be faster ten times in a row. */
    MAX_ATTEMPTS = 100,
    START_FIELD = 22,
};
#define MAX_JOURNAL_BYTES (INT64_C(64) * 1024 * 1024)

/* Steps that follow one another share the stack only when they are not merged into their caller. */
#define APART __attribute__((noinline))

/* An outlet into memory that was measured before. */
struct writer {
    struct rp_outlet outlet;
    unsigned char *at;
};

static void write_bytes(struct rp_outlet *self, const char *bytes, size_t len) {
    struct writer *writer = (struct writer *)self;
    memcpy(writer->at, bytes, len);
    writer->at += len;
}

static void take_arguments(struct rp_frame_arguments *arguments,
                           const struct rp_question *question) {
    const char *const text[4] = {"sh", "-c", question->text, NULL};
    memset(arguments, 0, sizeof *arguments);
    memcpy(arguments->fixed, text, sizeof text);
    arguments->argv = question->text != NULL ? arguments->fixed : question->argv;
    while (arguments->argv != NULL && arguments->argv[arguments->count] != NULL) {
        size_t len = rp_memory_length(arguments->argv[arguments->count]);
        size_t room = RP_JOURNAL_MAX_ARGV - arguments->bytes;
        arguments->cut = len + 1 > room || arguments->count == MAX_ARGUMENTS;
        if (room == 0 || arguments->count == MAX_ARGUMENTS)
            return;
        arguments->last_len = arguments->cut ? room - 1 : len;
        arguments->bytes += arguments->last_len + 1;
        arguments->count++;
        if (arguments->cut)
            return;
    }
}

static size_t exe_length(const struct rp_question *question) {
    struct rp_counter counter;
    rp_text_count(&counter);
    rp_request_put_exe(&counter.outlet, question);
    return counter.total;
}

static size_t length_or_0(const char *text) {
    return text == NULL ? 0 : rp_memory_length(text);
}

APART size_t rp_journal_measure(struct rp_frame *frame) {
    const struct rp_question *question = frame->question;
    size_t lengths[5] = {length_or_0(question->door), length_or_0(question->agent),
                         length_or_0(question->session), exe_length(question),
                         length_or_0(question->cwd)};
    frame->len = HEADER_BYTES + CHECKSUM_BYTES;
    take_arguments(&frame->arguments, question);
    for (int i = 0; i < 5; i++) {
        if (lengths[i] > MAX_STRING)
            return 0;
        frame->text_lengths[i] = (uint16_t)lengths[i];
        frame->len += lengths[i];
    }
    frame->len += frame->arguments.bytes;
    return frame->len > RP_JOURNAL_MAX_FRAME ? 0 : frame->len;
}

/* What stands in front of every frame, as it lies there. */
struct head {
    char magic[4];
    uint32_t length;
    uint16_t format;
    uint8_t kind;
    uint8_t flags;
    uint32_t error;
    unsigned char id[16];
    uint64_t time_ns;
    uint32_t pid;
    uint32_t ppid;
    uint32_t sid;
    uint32_t markers;
    uint64_t start_ticks;
    unsigned char build_id[20];
    uint16_t text_lengths[5];
    uint16_t arguments;
    uint32_t argument_bytes;
};
_Static_assert(offsetof(struct head, argument_bytes) + 4 == HEADER_BYTES, "nothing lies between");

APART static void write_head(struct writer *writer, const struct rp_frame *frame) {
    const struct rp_frame_arguments *arguments = &frame->arguments;
    const struct rp_question *question = frame->question;
    struct head head;
    memcpy(head.magic, "RMPJ", sizeof head.magic);
    head.length = (uint32_t)frame->len;
    head.format = 1;
    head.kind = (uint8_t)frame->kind;
    head.flags =
        (uint8_t)((arguments->cut ? FLAG_CUT : 0) | (question->guardable ? 0 : FLAG_NOT_GUARDABLE));
    head.error = (uint32_t)frame->error;
    memcpy(head.id, frame->id, sizeof head.id);
    head.time_ns = frame->time_ns;
    head.pid = (uint32_t)question->pid;
    head.ppid = (uint32_t)question->ppid;
    head.sid = (uint32_t)question->sid;
    head.markers = question->markers;
    head.start_ticks = frame->start_ticks;
    memcpy(head.build_id, frame->build_id, sizeof head.build_id);
    memcpy(head.text_lengths, frame->text_lengths, sizeof head.text_lengths);
    head.arguments = (uint16_t)arguments->count;
    head.argument_bytes = (uint32_t)arguments->bytes;
    rp_text_put(&writer->outlet, (const char *)&head, HEADER_BYTES);
}

void rp_journal_encode(const struct rp_frame *frame, unsigned char *into) {
    const struct rp_question *question = frame->question;
    const struct rp_frame_arguments *arguments = &frame->arguments;
    const char *const texts[3] = {question->door, question->agent, question->session};
    struct writer writer = {{write_bytes}, into};
    write_head(&writer, frame);
    for (int i = 0; i < 3; i++)
        rp_text_put(&writer.outlet, texts[i], frame->text_lengths[i]);
    rp_request_put_exe(&writer.outlet, question);
    rp_text_put(&writer.outlet, question->cwd, frame->text_lengths[4]);
    for (size_t i = 0; i < arguments->count; i++) {
        const char *argument = arguments->argv[i];
        size_t bytes = i + 1 == arguments->count ? arguments->last_len : rp_memory_length(argument);
        rp_text_put(&writer.outlet, argument, bytes);
        rp_text_put(&writer.outlet, "", 1);
    }
    rp_memory_store(writer.at, rp_siphash_checksum(into, (size_t)(writer.at - into)),
                    CHECKSUM_BYTES);
}

uint64_t rp_journal_parse_start(const char *text, size_t len) {
    size_t at = len;
    unsigned field = 2;
    uint64_t ticks = 0;
    /* The second field is a name in parentheses that may hold anything, parentheses too. */
    while (at > 0 && text[at - 1] != ')')
        at--;
    for (; at > 0 && at < len && field < START_FIELD; at++)
        field += text[at] == ' ';
    for (; at > 0 && at < len && text[at] >= '0' && text[at] <= '9'; at++)
        ticks = ticks * 10 + (uint64_t)(text[at] - '0');
    return field == START_FIELD ? ticks : 0;
}

uint64_t rp_journal_read_start(int pid, char *buffer, size_t cap) {
    char path[32];
    char *at = rp_memory_append(path, "/proc/");
    long len = -1;
    long fd;
    (void)rp_memory_append(at + rp_memory_decimal(at, (unsigned)pid), "/stat");
    fd = rp_sys_open(path, O_RDONLY, 0);
    if (fd < 0)
        return 0;
    len = rp_sys_read((int)fd, buffer, cap);
    (void)rp_sys_close((int)fd);
    return len < 0 ? 0 : rp_journal_parse_start(buffer, (size_t)len);
}

enum attempt { WRITTEN, FAILED, ROTATED };

APART static enum attempt append_once(const char *path, const unsigned char *bytes, size_t len) {
    enum attempt attempt = FAILED;
    struct stat status;
    long fd =
        rp_sys_open(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600);
    if (fd < 0)
        return FAILED;
    if (rp_sys_fstat((int)fd, &status) == 0 && S_ISREG(status.st_mode) &&
        status.st_uid == rp_sys_geteuid() && status.st_size < MAX_JOURNAL_BYTES &&
        rp_sys_write((int)fd, bytes, len) == (long)len) {
        /* The reader renames the journal away and removes it once read: it may have missed us. */
        bool there = rp_sys_fstat((int)fd, &status) == 0 && status.st_nlink > 0;
        attempt = there ? WRITTEN : ROTATED;
    }
    (void)rp_sys_close((int)fd);
    return attempt;
}

APART static bool append_bytes(const struct rp_url *url, const char *entry,
                               const unsigned char *bytes, size_t len) {
    char path[RP_STATE_PATH_BYTES];
    enum attempt attempt = ROTATED;
    rp_state_file_path(url, entry, path);
    for (int i = 0; i < MAX_ATTEMPTS && attempt == ROTATED; i++)
        attempt = append_once(path, bytes, len);
    return attempt == WRITTEN;
}

bool rp_journal_append(const struct rp_settings *settings, const struct rp_question *question,
                       enum rp_journal_kind kind, int error, void *buffer, size_t cap) {
    struct rp_frame frame;
    size_t len;
    bool written;
    /* Writing beyond a file size limit would kill the host program with a signal. */
    if (settings->url.kind != RP_URL_UNIX || rp_sys_limit(RLIMIT_FSIZE) != UINT64_MAX)
        return false;
    memset(&frame, 0, sizeof frame);
    frame.question = question;
    frame.kind = kind;
    frame.error = error;
    frame.time_ns = (uint64_t)(question->now != 0 ? question->now : rp_sys_clock(CLOCK_REALTIME));
    /* Only a hello tells who a process is; reading it costs more than all the rest. */
    if (kind == RP_JOURNAL_HELLO)
        frame.start_ticks = rp_journal_read_start(question->pid, buffer, cap);
    frame.build_id = settings->build_id;
    memcpy(frame.id, question->id, sizeof frame.id);
    len = rp_journal_measure(&frame);
    if (len == 0)
        return false;
    if (len > cap)
        buffer = rp_sys_map(len);
    if (buffer == NULL)
        return false;
    rp_journal_encode(&frame, buffer);
    written = append_bytes(&settings->url, "journal", buffer, len);
    /* Appending is atomic, so one byte for each counts them. Without a record a verdict is not
     * used. */
    if (!written && kind > RP_JOURNAL_TABLE_HIT)
        (void)append_bytes(&settings->url, "lost", buffer, 1);
    if (len > cap)
        rp_sys_unmap(buffer, len);
    return written;
}
