/* Which programs of macOS the library can be loaded into, by their first bytes. */

#include "../check.h"
#include "mach_file.h"

#include <string.h>

enum { INTEL = 0x01000007, ARM = 0x0100000c, INTEL_32 = 7, PLAIN = 0, EXTENDED = 2 };
enum { ENTRY = 20, WIDE_ENTRY = 32, MAX_BYTES = 256 };

static void put(unsigned char *at, unsigned value, bool big) {
    for (unsigned i = 0; i < 4; i++)
        at[i] = (unsigned char)(value >> 8 * (big ? 3 - i : i));
}

static void expect(const unsigned char *bytes, size_t len, bool translated, bool takes,
                   const char *what) {
    unsigned char *copy = (unsigned char *)check_guarded(bytes, len);
    CHECK(rp_mach_file_takes_library(copy, len, translated) == takes, "%s", what);
    check_release();
}

static void check_thin(unsigned magic, unsigned type, unsigned subtype, bool takes,
                       const char *what) {
    unsigned char bytes[32] = {0};
    put(bytes, magic, false);
    put(bytes + 4, type, false);
    put(bytes + 8, subtype, false);
    expect(bytes, sizeof bytes, false, takes, what);
}

/* A file with code for two machines, the second with a capability bit in its subtype. */
static void check_fat(size_t entry, unsigned first, unsigned second, unsigned subtype,
                      bool translated, bool takes, const char *what) {
    unsigned char bytes[MAX_BYTES] = {0};
    put(bytes, entry == ENTRY ? 0xcafebabe : 0xcafebabf, true);
    put(bytes + 4, 2, true);
    put(bytes + 8, first, true);
    put(bytes + 8 + entry, second, true);
    put(bytes + 12 + entry, subtype | 0x80000000, true);
    expect(bytes, sizeof bytes, translated, takes, what);
    expect(bytes, 8 + 2 * entry, translated, takes, "its head alone");
}

static void check_others(void) {
    unsigned char java[16] = {0xca, 0xfe, 0xba, 0xbe, 0, 0, 0, 61};
    expect((const unsigned char *)"#!/bin/sh\n\n\n", 12, false, true, "a script");
    expect((const unsigned char *)"\xcf\xfa\xed", 3, false, true, "too short to tell");
    expect(java, sizeof java, false, false, "a class of Java");
}

int main(void) {
    bool on_arm = false;
#if defined(__aarch64__)
    on_arm = true;
#endif
    check_thin(0xfeedfacf, INTEL, PLAIN, true, "for Intel");
    check_thin(0xfeedfacf, ARM, PLAIN, true, "for Arm");
    check_thin(0xfeedfacf, ARM, EXTENDED, false, "for arm64e");
    check_thin(0xfeedfacf, 18, PLAIN, false, "for PowerPC");
    check_thin(0xfeedface, INTEL_32, PLAIN, false, "of 32 bits");
    check_fat(ENTRY, INTEL, ARM, PLAIN, false, true, "for both");
    check_fat(ENTRY, INTEL, ARM, EXTENDED, false, !on_arm, "for both, arm64e");
    check_fat(ENTRY, INTEL, ARM, EXTENDED, true, false, "for both, arm64e, on an Arm machine");
    check_fat(WIDE_ENTRY, INTEL, ARM, PLAIN, false, true, "for both, in wide entries");
    check_fat(WIDE_ENTRY, INTEL, ARM, EXTENDED, true, false, "arm64e in wide entries");
    check_others();
    return check_finish();
}
