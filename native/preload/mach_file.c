#include "mach_file.h"

#include <stdint.h>

enum {
    THIN_BYTES = 12,
    FAT_BYTES = 8,
    FAT_ENTRY_BYTES = 20,
    WIDE_FAT_ENTRY_BYTES = 32,
    MAX_SLICES = 16, /* a Java class, which begins alike, has its version here: 45 and more */
};
enum { INTEL = 0x01000007, ARM = 0x0100000c, SUBTYPE_MASK = 0x00ffffff, ARM_E = 2 };

#if defined(__aarch64__)
enum { ON_ARM = 1 };
#else
enum { ON_ARM = 0 };
#endif

/* Which code a file has. */
struct slices {
    bool intel;
    bool arm;
    bool arm_e;
};

static uint32_t load_little(const unsigned char *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint32_t load_big(const unsigned char *at) {
    return at[3] | (uint32_t)at[2] << 8 | (uint32_t)at[1] << 16 | (uint32_t)at[0] << 24;
}

static void add_slice(struct slices *slices, uint32_t type, uint32_t subtype) {
    bool extended = (subtype & SUBTYPE_MASK) == ARM_E;
    slices->intel = slices->intel || type == INTEL;
    slices->arm = slices->arm || (type == ARM && !extended);
    slices->arm_e = slices->arm_e || (type == ARM && extended);
}

static void add_fat(struct slices *slices, const unsigned char *bytes, size_t len,
                    size_t entry_bytes) {
    uint32_t count = load_big(bytes + 4);
    if (count > MAX_SLICES)
        return;
    for (size_t at = FAT_BYTES; count > 0 && at + FAT_BYTES <= len; at += entry_bytes, count--)
        add_slice(slices, load_big(bytes + at), load_big(bytes + at + 4));
}

bool rp_mach_file_takes_library(const unsigned char *bytes, size_t len, bool translated) {
    struct slices slices = {false, false, false};
    if (len < THIN_BYTES)
        return true;
    switch (load_little(bytes)) {
    case 0xfeedfacf: /* MH_MAGIC_64 */
        add_slice(&slices, load_little(bytes + 4), load_little(bytes + 8));
        break;
    case 0xfeedface: /* MH_MAGIC */
        return false;
    case 0xbebafeca: /* FAT_MAGIC, which is big-endian */
        add_fat(&slices, bytes, len, FAT_ENTRY_BYTES);
        break;
    case 0xbfbafeca: /* FAT_MAGIC_64 */
        add_fat(&slices, bytes, len, WIDE_FAT_ENTRY_BYTES);
        break;
    default:
        return true;
    }
    if (slices.arm_e && (ON_ARM != 0 || translated))
        return false;
    return slices.intel || slices.arm;
}
