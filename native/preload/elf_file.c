#include "elf_file.h"

#include "memory.h"
#include "names.h"
#include "sys.h"

#include <elf.h>
#include <link.h>

enum {
    MAX_PROGRAM_HEADERS = 64,
    MAX_DYNAMIC_ENTRIES = 256,
    NAME_BYTES = 24,
    MACHINE_OFFSET = 18,
};

/* A file of which the first bytes are in the caller's buffer; what is wanted of the rest comes
   there as well. */
struct view {
    int fd;
    unsigned char *bytes;
    size_t cap;
    size_t len;
    uint64_t start; /* where in the file the bytes stand */
};

enum rp_elf_kind rp_elf_file_kind(const unsigned char *bytes, size_t len) {
    if (len < sizeof(ElfW(Ehdr)) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return RP_ELF_NONE;
    if (bytes[EI_CLASS] != RP_ELF_CLASS || bytes[EI_DATA] != ELFDATA2LSB ||
        (bytes[MACHINE_OFFSET] | bytes[MACHINE_OFFSET + 1] << 8) != RP_ELF_MACHINE)
        return RP_ELF_FOREIGN;
    return RP_ELF_NATIVE;
}

/* What stands in the file at an offset; NULL when it does not reach so far. Reads on only where the
   buffer does not hold it. */
static const void *look(struct view *view, uint64_t offset, size_t len) {
    if (offset < view->start || offset - view->start > view->len ||
        view->len - (offset - view->start) < len) {
        long count = rp_sys_pread(view->fd, view->bytes, view->cap, (int64_t)offset);
        view->start = offset;
        view->len = count < 0 ? 0 : (size_t)count;
        if (view->len < len)
            return NULL;
    }
    return view->bytes + (offset - view->start);
}

static bool holds(const ElfW(Phdr) * header, uint64_t address) {
    return address - header->p_vaddr < header->p_filesz;
}

/* The first program header of a type; of what is loaded the one that holds an address, if any is
   given. */
static bool find_header(struct view *view, const ElfW(Ehdr) * head, unsigned type, uint64_t address,
                        ElfW(Phdr) * header) {
    for (unsigned i = 0; i < head->e_phnum && i < MAX_PROGRAM_HEADERS; i++) {
        const void *at = look(view, head->e_phoff + i * sizeof *header, sizeof *header);
        if (at == NULL)
            return false;
        memcpy(header, at, sizeof *header);
        if (header->p_type == type && (address == 0 || holds(header, address)))
            return true;
    }
    return false;
}

/* Whether the first object that the dynamic section needs is the sanitizer's runtime. */
static bool needs_sanitizer(struct view *view, const ElfW(Ehdr) * head) {
    ElfW(Phdr) header;
    ElfW(Phdr) loaded; /* what is loaded first, where linkers put the strings */
    const char *name;
    uint64_t needed = 0;
    uint64_t strings = 0;
    /* As long as the buffer holds the headers. */
    if (!find_header(view, head, PT_LOAD, 0, &loaded) ||
        !find_header(view, head, PT_DYNAMIC, 0, &header))
        return false;
    for (unsigned i = 0; i < MAX_DYNAMIC_ENTRIES && (needed == 0 || strings == 0); i++) {
        ElfW(Dyn) entry;
        uint64_t at = i * sizeof entry;
        const void *bytes =
            at < header.p_filesz ? look(view, header.p_offset + at, sizeof entry) : NULL;
        if (bytes == NULL)
            return false;
        memcpy(&entry, bytes, sizeof entry);
        if (entry.d_tag == DT_NULL)
            return false;
        if (entry.d_tag == DT_NEEDED && needed == 0)
            needed = entry.d_un.d_val; /* 0 is the empty string */
        else if (entry.d_tag == DT_STRTAB)
            strings = entry.d_un.d_ptr;
    }
    if (needed == 0 || strings == 0 ||
        (!holds(&loaded, strings) && !find_header(view, head, PT_LOAD, strings, &loaded)))
        return false;
    name = look(view, loaded.p_offset + (strings - loaded.p_vaddr) + needed, NAME_BYTES);
    return name != NULL &&
           (rp_memory_begins(name, "libasan.") || rp_memory_begins(name, "libclang_rt.asan"));
}

void rp_elf_file_inspect(int fd, unsigned char *bytes, size_t cap, size_t len,
                         struct rp_elf_file *file) {
    struct view view = {fd, bytes, cap, len, 0};
    ElfW(Phdr) header;
    ElfW(Ehdr) head;
    memcpy(&head, bytes, sizeof head);
    file->dynamic = find_header(&view, &head, PT_INTERP, 0, &header);
    file->sanitized = file->dynamic && needs_sanitizer(&view, &head);
}
