#include "elf_file.h"

#include "memory.h"
#include "names.h"
#include "sys.h"

#include <elf.h>
#include <link.h>

enum {
    MAX_PROGRAM_HEADERS = 64,
    MAX_DYNAMIC_ENTRIES = 256,
    ENTRIES_AT_A_TIME = 8,
    NAME_BYTES = 24,
    MACHINE_OFFSET = 18,
};

enum rp_elf_kind rp_elf_file_kind(const unsigned char *bytes, size_t len) {
    if (len < sizeof(ElfW(Ehdr)) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return RP_ELF_NONE;
    if (bytes[EI_CLASS] != RP_ELF_CLASS || bytes[EI_DATA] != ELFDATA2LSB ||
        (bytes[MACHINE_OFFSET] | bytes[MACHINE_OFFSET + 1] << 8) != RP_ELF_MACHINE)
        return RP_ELF_FOREIGN;
    return RP_ELF_NATIVE;
}

static bool read_exactly(int fd, void *into, size_t len, uint64_t offset) {
    return rp_sys_pread(fd, into, len, (int64_t)offset) == (long)len;
}

static bool read_header(int fd, const ElfW(Ehdr) * head, unsigned index, ElfW(Phdr) * header) {
    return index < head->e_phnum && index < MAX_PROGRAM_HEADERS &&
           read_exactly(fd, header, sizeof *header, head->e_phoff + index * sizeof *header);
}

/* Where the byte at an address of the loaded program stands in the file; 0 when nowhere. */
static uint64_t offset_of(int fd, const ElfW(Ehdr) * head, uint64_t address) {
    ElfW(Phdr) header;
    for (unsigned i = 0; read_header(fd, head, i, &header); i++) {
        if (header.p_type == PT_LOAD && address >= header.p_vaddr &&
            address - header.p_vaddr < header.p_filesz)
            return header.p_offset + (address - header.p_vaddr);
    }
    return 0;
}

/* Whether the first object that the dynamic section needs is the sanitizer's runtime. */
static bool needs_sanitizer(int fd, const ElfW(Ehdr) * head, const ElfW(Phdr) * dynamic) {
    ElfW(Dyn) entries[ENTRIES_AT_A_TIME];
    char name[NAME_BYTES];
    uint64_t needed = 0;
    uint64_t strings = 0;
    bool has_needed = false;
    for (unsigned i = 0; i < MAX_DYNAMIC_ENTRIES && (!has_needed || strings == 0); i++) {
        const ElfW(Dyn) *entry = &entries[i % ENTRIES_AT_A_TIME];
        if (i % ENTRIES_AT_A_TIME == 0) {
            uint64_t at = i * sizeof *entry;
            memset(entries, 0, sizeof entries);
            if (at >= dynamic->p_filesz ||
                rp_sys_pread(fd, entries, sizeof entries, (int64_t)(dynamic->p_offset + at)) <= 0)
                return false;
        }
        if (entry->d_tag == DT_NULL)
            return false;
        if (entry->d_tag == DT_NEEDED && !has_needed) {
            needed = entry->d_un.d_val;
            has_needed = true;
        } else if (entry->d_tag == DT_STRTAB) {
            strings = entry->d_un.d_ptr;
        }
    }
    strings = has_needed && strings != 0 ? offset_of(fd, head, strings) : 0;
    if (strings == 0 || !read_exactly(fd, name, sizeof name, strings + needed))
        return false;
    name[sizeof name - 1] = '\0';
    return rp_memory_begins(name, "libasan.") || rp_memory_begins(name, "libclang_rt.asan");
}

void rp_elf_file_inspect(int fd, struct rp_elf_file *file) {
    ElfW(Ehdr) head;
    ElfW(Phdr) header;
    file->dynamic = false;
    file->sanitized = false;
    if (!read_exactly(fd, &head, sizeof head, 0))
        return;
    for (unsigned i = 0; read_header(fd, &head, i, &header); i++) {
        if (header.p_type == PT_INTERP)
            file->dynamic = true;
        if (header.p_type != PT_DYNAMIC)
            continue;
        file->sanitized = file->dynamic && needs_sanitizer(fd, &head, &header);
        return;
    }
}
