#include "state_file.h"

#include "memory.h"
#include "siphash.h"
#include "sys.h"

enum { OFFSET_LENGTH = 8, OFFSET_FORMAT = 12, OFFSET_BOOT_ID = 16, OFFSET_MODE = 32 };
enum { OFFSET_GENERATION = 36, OFFSET_TABLE_KEY = 40, OFFSET_CHECKSUM = 56 };
enum { FORMAT = 1, BOOT_ID_TEXT_BYTES = 36, OTHERS_MAY_WRITE = 022 };

static uint64_t load(const unsigned char *bytes, unsigned count) {
    uint64_t value = 0;
    for (unsigned i = 0; i < count; i++)
        value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

void rp_state_file_parse(const unsigned char *bytes, size_t len, struct rp_state *state) {
    memset(state, 0, sizeof *state);
    if (len < RP_STATE_FILE_HEADER_BYTES || memcmp(bytes, "RMPSTATE", 8) != 0 ||
        load(bytes + OFFSET_LENGTH, 4) < RP_STATE_FILE_HEADER_BYTES ||
        load(bytes + OFFSET_FORMAT, 4) != FORMAT || bytes[OFFSET_MODE] < 1 ||
        bytes[OFFSET_MODE] > 3)
        return;
    if (rp_siphash_checksum(bytes, OFFSET_CHECKSUM) != load(bytes + OFFSET_CHECKSUM, 8))
        return;
    state->mode = (enum rp_mode)(bytes[OFFSET_MODE] - 1);
    state->generation = (uint32_t)load(bytes + OFFSET_GENERATION, 4);
    memcpy(state->boot_id, bytes + OFFSET_BOOT_ID, sizeof state->boot_id);
    memcpy(state->table_key, bytes + OFFSET_TABLE_KEY, sizeof state->table_key);
    state->valid = true;
}

bool rp_state_file_parse_boot_id(const char *text, size_t len, unsigned char into[16]) {
    unsigned digits = 0;
    if (len < BOOT_ID_TEXT_BYTES)
        return false;
    memset(into, 0, 16);
    for (size_t i = 0; i < BOOT_ID_TEXT_BYTES; i++) {
        char byte = text[i];
        int digit = byte >= '0' && byte <= '9'   ? byte - '0'
                    : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                                                 : -1;
        if (digit < 0 && byte != '-')
            return false;
        if (digit < 0 || digits == 32)
            continue;
        into[digits / 2] = (unsigned char)(into[digits / 2] << 4 | digit);
        digits++;
    }
    return digits == 32;
}

void rp_state_file_path(const struct rp_url *url, const char *entry, char into[]) {
    memcpy(into, url->path.at, url->directory_len);
    into[url->directory_len] = '/';
    memcpy(into + url->directory_len + 1, entry, rp_memory_length(entry) + 1);
}

/* Whether a header is of this boot: a leniency of yesterday must not outlive a restart. */
static bool is_of_this_boot(const struct rp_state *state) {
    char text[BOOT_ID_TEXT_BYTES];
    unsigned char boot_id[16] = {0};
    long fd = rp_sys_open("/proc/sys/kernel/random/boot_id", O_RDONLY, 0);
    if (fd >= 0) {
        long len = rp_sys_read((int)fd, text, sizeof text);
        (void)rp_sys_close((int)fd);
        if (len < 0 || !rp_state_file_parse_boot_id(text, (size_t)len, boot_id))
            memset(boot_id, 0, sizeof boot_id);
    }
    return memcmp(boot_id, state->boot_id, sizeof boot_id) == 0;
}

bool rp_state_file_is_trusted(int fd) {
    struct stat status;
    if (rp_sys_fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
        return false;
    return (status.st_uid == rp_sys_geteuid() || status.st_uid == 0) &&
           (status.st_mode & OTHERS_MAY_WRITE) == 0;
}

enum rp_mode rp_state_file_mode(const struct rp_url *url) {
    unsigned char header[RP_STATE_FILE_HEADER_BYTES];
    char path[RP_STATE_PATH_BYTES];
    struct rp_state state;
    long len = -1;
    long fd;
    rp_state_file_path(url, "state", path);
    fd = rp_sys_open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
    if (fd < 0)
        return RP_ENFORCE;
    if (rp_state_file_is_trusted((int)fd))
        len = rp_sys_pread((int)fd, header, sizeof header, 0);
    (void)rp_sys_close((int)fd);
    rp_state_file_parse(header, len < 0 ? 0 : (size_t)len, &state);
    if (!state.valid || state.mode == RP_ENFORCE || !is_of_this_boot(&state))
        return RP_ENFORCE;
    return state.mode;
}
