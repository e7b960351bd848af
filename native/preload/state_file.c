#include "state_file.h"

#include "memory.h"
#include "siphash.h"
#include "sys.h"

enum { OFFSET_LENGTH = 8, OFFSET_FORMAT = 12, OFFSET_BOOT_ID = 16, OFFSET_MODE = 32 };
enum { OFFSET_BOOT_MOMENT = 33, BOOT_MOMENT_BYTES = 3, BOOT_MOMENT_SHIFT = 26 };
enum { OFFSET_GENERATION = 36, OFFSET_TABLE_KEY = 40, OFFSET_CHECKSUM = 56 };
enum { FORMAT = 1, OTHERS_MAY_WRITE = 022 };
/* The endpoint follows a clock that was set by more than one unit, and both read it at some moment
   of a unit. */
enum { BOOT_MOMENT_MASK = 0xffffff, BOOT_MOMENT_TOLERANCE = 2 };

void rp_state_file_parse(const unsigned char *bytes, size_t len, struct rp_state *state) {
    memset(state, 0, sizeof *state);
    if (len < RP_STATE_FILE_HEADER_BYTES || memcmp(bytes, "RMPSTATE", 8) != 0 ||
        rp_memory_load(bytes + OFFSET_LENGTH, 4) < RP_STATE_FILE_HEADER_BYTES ||
        rp_memory_load(bytes + OFFSET_FORMAT, 4) != FORMAT || bytes[OFFSET_MODE] < 1 ||
        bytes[OFFSET_MODE] > 3)
        return;
    if (rp_siphash_checksum(bytes, OFFSET_CHECKSUM) != rp_memory_load(bytes + OFFSET_CHECKSUM, 8))
        return;
    state->mode = (enum rp_mode)(bytes[OFFSET_MODE] - 1);
    state->length = (uint32_t)rp_memory_load(bytes + OFFSET_LENGTH, 4);
    state->generation = (uint32_t)rp_memory_load(bytes + OFFSET_GENERATION, 4);
    state->boot_moment = (uint32_t)rp_memory_load(bytes + OFFSET_BOOT_MOMENT, BOOT_MOMENT_BYTES);
    memcpy(state->table_key, bytes + OFFSET_TABLE_KEY, sizeof state->table_key);
    state->valid = true;
}

void rp_state_file_format_boot_id(const unsigned char id[16],
                                  char into[RP_STATE_FILE_BOOT_ID_BYTES]) {
    for (unsigned i = 0; i < 16; i++, into += 2) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *into++ = '-';
        rp_memory_hex(into, id + i, 1);
    }
}

void rp_state_file_path(const struct rp_url *url, const char *entry, char into[]) {
    memcpy(into, url->path.at, url->directory_len);
    into[url->directory_len] = '/';
    (void)rp_memory_append(into + url->directory_len + 1, entry);
}

uint32_t rp_state_file_boot_moment(int64_t now, int64_t tick) {
    return (uint32_t)((now - tick) >> BOOT_MOMENT_SHIFT) & BOOT_MOMENT_MASK;
}

static bool is_of_this_moment(struct rp_state_file *file) {
    uint32_t moment = file->state.boot_moment;
    uint32_t ahead;
    file->now = rp_sys_clock(CLOCK_REALTIME);
    ahead = rp_state_file_boot_moment(file->now, rp_sys_clock(CLOCK_MONOTONIC)) - moment +
            BOOT_MOMENT_TOLERANCE;
    return moment != 0 && (ahead & BOOT_MOMENT_MASK) <= 2 * BOOT_MOMENT_TOLERANCE;
}

/* Whether a file has the id of this boot; where no boot has one, it has zeros. */
static bool is_of_this_boot(const unsigned char id[16]) {
    static const unsigned char none[16];
    char text[RP_STATE_FILE_BOOT_ID_BYTES];
    char expected[RP_STATE_FILE_BOOT_ID_BYTES];
    long fd = rp_sys_open("/proc/sys/kernel/random/boot_id", O_RDONLY, 0);
    long len = -1;
    if (fd >= 0) {
        len = rp_sys_read((int)fd, text, sizeof text);
        (void)rp_sys_close((int)fd);
    }
    if (len != sizeof text)
        return memcmp(id, none, sizeof none) == 0;
    rp_state_file_format_boot_id(id, expected);
    return memcmp(text, expected, sizeof text) == 0;
}

bool rp_state_file_is_trusted(int fd) {
    struct stat status;
    if (rp_sys_fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
        return false;
    return (status.st_uid == 0 || status.st_uid == rp_sys_geteuid()) &&
           (status.st_mode & OTHERS_MAY_WRITE) == 0;
}

static int open_and_read(struct rp_state_file *file) {
    unsigned char header[RP_STATE_FILE_HEADER_BYTES];
    char path[RP_STATE_PATH_BYTES];
    long len = -1;
    rp_state_file_path(&file->settings->url, "state", path);
    file->fd = (int)rp_sys_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
    if (file->fd < 0)
        return file->fd;
    if (rp_state_file_is_trusted(file->fd))
        len = rp_sys_pread(file->fd, header, sizeof header, 0);
    rp_state_file_parse(header, len < 0 ? 0 : (size_t)len, &file->state);
    /* Two clocks are read in a quarter of the time that the id takes. */
    if (file->state.valid && (is_of_this_moment(file) || is_of_this_boot(header + OFFSET_BOOT_ID)))
        return RP_WORD_OK;
    rp_state_file_close(file);
    return RP_WORD_UNUSABLE;
}

void rp_state_file_open(struct rp_state_file *file) {
    if (file->told == 0 && file->settings->url.kind == RP_URL_UNIX &&
        file->settings->mode != RP_DISABLED)
        file->told = open_and_read(file);
}

void rp_state_file_close(struct rp_state_file *file) {
    if (file->fd >= 0)
        (void)rp_sys_close(file->fd);
    file->fd = -1;
}

enum rp_mode rp_state_file_mode(const struct rp_state_file *file) {
    return file->fd < 0 ? RP_ENFORCE : file->state.mode;
}

bool rp_state_file_read(const struct rp_state_file *file, void *into, size_t len, uint64_t offset) {
    return file->fd >= 0 && offset + len <= file->state.length &&
           rp_sys_pread(file->fd, into, len, (int64_t)offset) == (long)len;
}
