#ifndef RP_ELF_FILE_H
#define RP_ELF_FILE_H

#include <stdbool.h>
#include <stddef.h>

/* What an ELF program says of how it is loaded. */
struct rp_elf_file {
    bool dynamic;   /* it names a loader: a static one has nobody to load us */
    bool sanitized; /* it is linked to AddressSanitizer's runtime as a library, which wants to be
                       first */
};

/* Whether the first bytes of a file are those of an ELF file, and of one for this machine. */
enum rp_elf_kind { RP_ELF_NONE, RP_ELF_NATIVE, RP_ELF_FOREIGN };
enum rp_elf_kind rp_elf_file_kind(const unsigned char *bytes, size_t len);

/* Reads a native file's headers; what cannot be read says no. The buffer, of `cap` bytes, holds the
   file's first `len`; what is wanted of the rest is read into it. */
void rp_elf_file_inspect(int fd, unsigned char *bytes, size_t cap, size_t len,
                         struct rp_elf_file *file);

#endif
