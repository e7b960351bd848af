#ifndef RP_JOURNAL_H
#define RP_JOURNAL_H

#include "request.h"
#include "settings.h"

/* The journal of docs/protocol.md, section 5. */

enum rp_journal_kind {
    RP_JOURNAL_HELLO = 1,
    RP_JOURNAL_TABLE_HIT = 2,
    RP_JOURNAL_UNANSWERED = 3,
    RP_JOURNAL_EXEC_FAILED = 4,
    RP_JOURNAL_UNGUARDED = 5,
};

/* The most argv bytes, NULs included, that a frame carries; the most bytes of a whole frame. */
#define RP_JOURNAL_MAX_ARGV 65536
#define RP_JOURNAL_MAX_FRAME 131072

/* How much of a question's arguments goes into a frame. */
struct rp_frame_arguments {
    const char *fixed[4];
    const char *const *argv;
    size_t count;
    size_t bytes;
    size_t last_len; /* of the last argument, which may be cut */
    bool cut;
};

/* One frame; strings come from the question. What stands behind the build id is measured. */
struct rp_frame {
    const struct rp_question *question;
    enum rp_journal_kind kind;
    int error; /* errno of the real call, for RP_JOURNAL_EXEC_FAILED */
    unsigned char id[16];
    uint64_t time_ns;
    uint64_t start_ticks;
    const unsigned char *build_id; /* 20 bytes */
    size_t len;
    uint16_t text_lengths[5]; /* of door, agent, session, exe and cwd */
    struct rp_frame_arguments arguments;
};

/* Measures a frame. Returns how many bytes it has; 0 when it is over the bound. */
size_t rp_journal_measure(struct rp_frame *frame);

/* Writes a frame that was measured. */
void rp_journal_encode(const struct rp_frame *frame, unsigned char *into);

/* Reads field 22 of a /proc/PID/stat text; 0 when it is not there. */
uint64_t rp_journal_parse_start(const char *text, size_t len);

/* The start time of a process in clock ticks since boot, read through the caller's buffer; 0 when
   it is not known. */
uint64_t rp_journal_read_start(int pid, char *buffer, size_t cap);

/* Appends the question as a frame of that kind, with the errno of the real call, to the journal of
   the state directory, if there is one; a decision that does not get there is counted beside it.
   Says whether it is there now. The frame is made in the buffer where it fits, else in a mapping
   that is gone afterwards. */
bool rp_journal_append(const struct rp_settings *settings, const struct rp_question *question,
                       enum rp_journal_kind kind, int error, void *buffer, size_t cap);

#endif
