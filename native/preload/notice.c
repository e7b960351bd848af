#include "notice.h"

#include "memory.h"
#include "pipe.h"
#include "sys.h"

#if defined(__APPLE__)
#include <sys/ioctl.h>
#include <termios.h>
enum { GET_TERMINAL = TIOCGETA, GET_GROUP = TIOCGPGRP };
#else
#include <asm/termbits.h>
enum { GET_TERMINAL = 0x5401 /* TCGETS */, GET_GROUP = 0x540f /* TIOCGPGRP */ };
#endif

enum { ELLIPSIS_BYTES = 3 };

/* Steps that follow one another share the stack only when they are not merged into their caller. */
#define APART __attribute__((noinline))

/* An outlet into the line: whole characters only, what a terminal could act on as `?`. `mark` is
   where an ellipsis still fits. */
struct writer {
    struct rp_outlet outlet;
    struct rp_utf8 utf8;
    char *line;
    size_t len;
    size_t end;
    size_t mark;
    bool cut;
};

static void put_character(struct writer *writer, const char *bytes, size_t len) {
    if (writer->len + ELLIPSIS_BYTES <= writer->end)
        writer->mark = writer->len;
    if (writer->len + len > writer->end)
        writer->cut = true;
    if (writer->cut)
        return;
    memcpy(writer->line + writer->len, bytes, len);
    writer->len += len;
}

static void put_whole(struct writer *writer) {
    const unsigned char *bytes = writer->utf8.pending;
    bool control = bytes[0] < 0x20 || bytes[0] == 0x7f || (bytes[0] == 0xc2 && bytes[1] < 0xa0);
    if (control)
        put_character(writer, "?", 1);
    else
        put_character(writer, (const char *)bytes, writer->utf8.have);
    writer->utf8.have = 0;
}

static void sanitize(struct rp_outlet *self, const char *bytes, size_t len) {
    struct writer *writer = (struct writer *)self;
    size_t at = 0;
    while (at < len && !writer->cut) {
        switch (rp_text_utf8_step(&writer->utf8, (unsigned char)bytes[at])) {
        case RP_UTF8_WHOLE:
            put_whole(writer);
            break;
        case RP_UTF8_ALONE:
            put_character(writer, "?", 1);
            break;
        case RP_UTF8_INVALID:
            for (uint8_t i = 0; i < writer->utf8.have; i++)
                put_character(writer, "?", 1);
            writer->utf8.have = 0;
            continue;
        case RP_UTF8_MORE:
            break;
        }
        at++;
    }
}

static void start_part(struct writer *writer, size_t end) {
    writer->utf8.have = 0;
    writer->end = end;
    writer->mark = writer->len;
    writer->cut = false;
}

static void finish_part(struct writer *writer) {
    if (!writer->cut)
        return;
    writer->len = writer->mark;
    memcpy(writer->line + writer->len, "\xe2\x80\xa6", ELLIPSIS_BYTES);
    writer->len += ELLIPSIS_BYTES;
}

static void put_fixed(struct writer *writer, const char *text) {
    size_t len = rp_memory_length(text);
    memcpy(writer->line + writer->len, text, len);
    writer->len += len;
}

APART size_t rp_notice_compose(char line[RP_NOTICE_MAX_BYTES], const struct rp_question *question,
                               const char *lead, const char *reason, size_t reason_len) {
    struct writer writer;
    memset(&writer, 0, sizeof writer);
    writer.outlet.put = sanitize;
    writer.line = line;
    put_fixed(&writer, "rampart: denied `");
    start_part(&writer, writer.len + RP_NOTICE_MAX_COMMAND);
    rp_text_put_command(&writer.outlet, question->path, question->argv, question->text);
    finish_part(&writer);
    put_fixed(&writer, "`");
    if (reason_len > 0 && *lead == '\0' && *reason != ':')
        put_fixed(&writer, " ");
    put_fixed(&writer, reason_len > 0 ? lead : "");
    start_part(&writer, RP_NOTICE_MAX_BYTES - 1);
    rp_text_put(&writer.outlet, reason, reason_len);
    finish_part(&writer);
    put_fixed(&writer, "\n");
    return writer.len;
}

/* Whether descriptor 2 is what it was at load, or what descriptor 1 is now: a program that gave it
   another meaning gets none of our text there. */
static bool is_expected(const struct rp_settings *settings) {
    struct stat now;
    struct stat output;
    if (!settings->stderr_open || rp_sys_fstat(2, &now) < 0)
        return false;
    if ((unsigned long long)now.st_dev == settings->stderr_device &&
        now.st_ino == settings->stderr_inode)
        return true;
    return rp_sys_fstat(1, &output) == 0 && now.st_dev == output.st_dev &&
           now.st_ino == output.st_ino;
}

/* Whether a terminal takes a line: not while a program draws on it, and not when writing from the
   background would stop the writer. */
static bool takes_lines(void) {
    struct termios terminal;
    int foreground = 0;
    memset(&terminal, 0, sizeof terminal);
    if (rp_sys_ioctl(2, GET_TERMINAL, &terminal) < 0)
        return true;
    if ((terminal.c_lflag & ICANON) == 0)
        return false;
    if ((terminal.c_lflag & TOSTOP) == 0)
        return true;
    return rp_sys_ioctl(2, GET_GROUP, &foreground) == 0 && foreground == rp_sys_getpgid();
}

static bool would_accept(void) {
    struct pollfd entry = {2, POLLOUT, 0};
    return rp_sys_poll(&entry, 1, 0) == 1 && entry.revents == POLLOUT;
}

void rp_notice_write(const struct rp_settings *settings, const char *line, size_t len) {
    /* A reader may go away between the look and the write. */
    if (is_expected(settings) && takes_lines() && would_accept())
        (void)rp_pipe_write(2, line, len);
}
