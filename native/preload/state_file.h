#ifndef RP_STATE_FILE_H
#define RP_STATE_FILE_H

#include "settings.h"
#include "trace.h"

#include <stdint.h>

/* The state file of docs/protocol.md, section 2. */

enum { RP_STATE_FILE_HEADER_BYTES = 64, RP_STATE_FILE_BOOT_ID_BYTES = 36 };

/* What the header says. */
struct rp_state {
    bool valid; /* false: it says nothing, so ask */
    enum rp_mode mode;
    uint32_t length; /* how many bytes of the file are valid */
    uint32_t generation;
    uint32_t boot_moment; /* when the boot began; 0 when the file does not say */
    unsigned char table_key[16];
};

/* Reads a header of len bytes. Of which boot it is, is not judged here. */
void rp_state_file_parse(const unsigned char *bytes, size_t len, struct rp_state *state);

/* Writes a boot id as it stands in /proc/sys/kernel/random/boot_id, without a NUL. */
void rp_state_file_format_boot_id(const unsigned char id[16],
                                  char into[RP_STATE_FILE_BOOT_ID_BYTES]);

/* The state file during one call. */
struct rp_state_file {
    const struct rp_settings *settings;
    int fd;                /* -1 when it says nothing */
    int told;              /* what a trace tells of the opening; 0 when there was none */
    struct rp_state state; /* nothing when the descriptor is -1 */
    int64_t now;           /* nanoseconds since 1970 when it was opened; 0 when it was not */
};

/* One that is to be opened when it is needed. */
static inline void rp_state_file_start(struct rp_state_file *file,
                                       const struct rp_settings *settings) {
    file->settings = settings;
    file->fd = -1;
    file->told = 0;
    file->now = 0;
}

/* When the monotonic clock was 0, as the header has it, by both clocks in nanoseconds; no other
   boot began then. */
uint32_t rp_state_file_boot_moment(int64_t now, int64_t tick);

/* Opens the state file in the Unix URL's directory and reads its header, once. One that is not
   there, not ours, not valid or of another boot says nothing: a leniency of yesterday must not
   outlive a restart. None is opened in mode disabled. To be closed. */
void rp_state_file_open(struct rp_state_file *file);
void rp_state_file_close(struct rp_state_file *file);

/* The mode that the file asks for; RP_ENFORCE when it says nothing. */
enum rp_mode rp_state_file_mode(const struct rp_state_file *file);

/* Reads bytes behind the header; false when the file does not reach so far. */
bool rp_state_file_read(const struct rp_state_file *file, void *into, size_t len, uint64_t offset);

/* Whether an open file of the state directory is a regular one that nobody else made or may change.
 */
bool rp_state_file_is_trusted(int fd);

/* Room for the path of an entry of the state directory. */
#define RP_STATE_PATH_BYTES (RP_URL_MAX_SOCKET_PATH + 48)

/* Writes the path of an entry of the state directory, with its NUL. */
void rp_state_file_path(const struct rp_url *url, const char *entry, char into[]);

#endif
