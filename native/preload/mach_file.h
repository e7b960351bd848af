#ifndef RP_MACH_FILE_H
#define RP_MACH_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* What the first bytes of a program of macOS tell: <mach-o/loader.h> and <mach-o/fat.h>. */

/* Whether the kernel would start code from this file that this library, which ships for x86_64 and
   arm64, can be loaded into: dyld ends a program that it cannot load an inserted library into.
   Where a file has arm64e code, Arm machines prefer that, and there is no such library.
   `translated`: this process runs Intel code on an Arm machine. What is no program takes nothing,
   so true. Bytes that are not there are not looked at. */
bool rp_mach_file_takes_library(const unsigned char *bytes, size_t len, bool translated);

#endif
