#include "real.h"

#include "memory.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>

extern int dl_iterate_phdr(int (*visit)(struct dl_phdr_info *, size_t, void *), void *context)
    __attribute__((weak));

struct rp_real rp_real;

const char rp_real_doors[RP_DOOR_COUNT][13] = {
#define RP_DOOR(name, result, parameters) #name,
#include "doors.def"
#undef RP_DOOR
};

_Static_assert(sizeof rp_real == RP_DOOR_COUNT * sizeof(void *), "one pointer for each door");

/* What a dynamic section says about an object's symbols. */
struct symbols {
    uintptr_t base;
    const ElfW(Sym) * table;
    const char *strings;
    const uint32_t *gnu_hash;
    const uint32_t *hash;
    const uint16_t *versions;
};

struct search {
    struct rp_loaded *loaded;
    bool past_self; /* only objects behind ours count … */
    bool anywhere;  /* … unless ours was loaded last, by hand */
};

/* glibc has relocated the addresses in a dynamic section, musl and the vdso have not. */
static uintptr_t address_of(uintptr_t base, uintptr_t value) {
    return value < base ? value + base : value;
}

static bool read_symbols(const struct dl_phdr_info *object, struct symbols *symbols) {
    const ElfW(Dyn) *entry = NULL;
    memset(symbols, 0, sizeof *symbols);
    symbols->base = object->dlpi_addr;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        if (object->dlpi_phdr[i].p_type == PT_DYNAMIC)
            entry = (const ElfW(Dyn) *)(symbols->base + object->dlpi_phdr[i].p_vaddr);
    }
    for (; entry != NULL && entry->d_tag != DT_NULL; entry++) {
        uintptr_t at = address_of(symbols->base, entry->d_un.d_ptr);
        if (entry->d_tag == DT_SYMTAB)
            symbols->table = (const ElfW(Sym) *)at;
        else if (entry->d_tag == DT_STRTAB)
            symbols->strings = (const char *)at;
        else if (entry->d_tag == DT_GNU_HASH)
            symbols->gnu_hash = (const uint32_t *)at;
        else if (entry->d_tag == DT_HASH)
            symbols->hash = (const uint32_t *)at;
        else if (entry->d_tag == DT_VERSYM)
            symbols->versions = (const uint16_t *)at;
    }
    return symbols->table != NULL && symbols->strings != NULL;
}

/* The address of a symbol when it is that name's default definition, else NULL. */
static void *definition(const struct symbols *symbols, uint32_t index, const char *name) {
    const ElfW(Sym) *symbol = &symbols->table[index];
    unsigned type = symbol->st_info & 15;
    bool hidden = symbols->versions != NULL && (symbols->versions[index] & 0x8000) != 0;
    if (symbol->st_shndx == SHN_UNDEF || symbol->st_value == 0 || hidden ||
        (type != STT_FUNC && type != STT_NOTYPE))
        return NULL;
    if (!rp_memory_equal(symbols->strings + symbol->st_name, name))
        return NULL;
    return (void *)(symbols->base + symbol->st_value);
}

static void *find_by_gnu_hash(const struct symbols *symbols, const char *name) {
    const uint32_t *table = symbols->gnu_hash;
    uint32_t bucket_count = table[0];
    uint32_t first = table[1];
    uint32_t bloom_words = table[2];
    const ElfW(Addr) *bloom = (const ElfW(Addr) *)(const void *)(table + 4);
    const uint32_t *buckets = (const uint32_t *)(const void *)(bloom + bloom_words);
    const uint32_t *chain = buckets + bucket_count;
    uint32_t hash = 5381;
    uint32_t index;
    ElfW(Addr) word;
    enum { BITS = 8 * sizeof(ElfW(Addr)) };
    for (const char *at = name; *at != '\0'; at++)
        hash = hash * 33 + (unsigned char)*at;
    word = bloom[hash / BITS % bloom_words];
    if ((word >> hash % BITS & word >> (hash >> table[3]) % BITS & 1) == 0)
        return NULL;
    for (index = buckets[hash % bucket_count]; index >= first; index++) {
        uint32_t candidate = chain[index - first];
        if ((candidate | 1) == (hash | 1)) {
            void *found = definition(symbols, index, name);
            if (found != NULL)
                return found;
        }
        if ((candidate & 1) != 0)
            break;
    }
    return NULL;
}

static void *find_by_hash(const struct symbols *symbols, const char *name) {
    const uint32_t *buckets = symbols->hash + 2;
    const uint32_t *chain = buckets + symbols->hash[0];
    uint32_t hash = 0;
    for (const char *at = name; *at != '\0'; at++) {
        hash = (hash << 4) + (unsigned char)*at;
        hash = (hash ^ (hash >> 24 & 0xf0)) & 0x0fffffff;
    }
    for (uint32_t index = buckets[hash % symbols->hash[0]]; index != 0; index = chain[index]) {
        void *found = definition(symbols, index, name);
        if (found != NULL)
            return found;
    }
    return NULL;
}

static void *find(const struct symbols *symbols, const char *name) {
    if (symbols->gnu_hash != NULL)
        return find_by_gnu_hash(symbols, name);
    return symbols->hash != NULL ? find_by_hash(symbols, name) : NULL;
}

static bool is_self(const struct dl_phdr_info *object) {
    uintptr_t here = (uintptr_t)(const void *)rp_real_doors;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_LOAD && here >= start && here - start < header->p_memsz)
            return true;
    }
    return false;
}

/* The GNU build-id note: owner "GNU", type 3. */
static void read_build_id(const struct dl_phdr_info *object, unsigned char into[20]) {
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[i];
        const char *at = (const char *)(object->dlpi_addr + header->p_vaddr);
        const char *end = at + header->p_memsz;
        while (header->p_type == PT_NOTE && (size_t)(end - at) >= sizeof(ElfW(Nhdr))) {
            const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(const void *)at;
            const char *name = at + sizeof *note;
            const char *text = name + ((note->n_namesz + 3) & ~3U);
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && note->n_descsz == 20 &&
                memcmp(name, "GNU", 4) == 0) {
                memcpy(into, text, 20);
                return;
            }
            at = text + ((note->n_descsz + 3) & ~3U);
        }
    }
}

static int visit(struct dl_phdr_info *object, size_t size, void *context) {
    struct search *search = context;
    struct symbols symbols;
    (void)size;
    if (is_self(object)) {
        search->past_self = true;
        search->loaded->name = object->dlpi_name;
        read_build_id(object, search->loaded->build_id);
        return 0;
    }
    if ((!search->past_self && !search->anywhere) || !read_symbols(object, &symbols))
        return 0;
    for (int i = 0; i < RP_DOOR_COUNT; i++) {
        void **slot = (void **)(void *)&rp_real + i;
        if (*slot == NULL)
            *slot = find(&symbols, rp_real_doors[i]);
    }
    if (find(&symbols, "gnu_get_libc_version") != NULL)
        search->loaded->musl = false;
    return 0;
}

void rp_real_find(struct rp_loaded *loaded) {
    struct search search = {loaded, false, false};
    if (dl_iterate_phdr == NULL)
        return;
    (void)dl_iterate_phdr(visit, &search);
    if (rp_real.execve == NULL) {
        search.anywhere = true;
        (void)dl_iterate_phdr(visit, &search);
    }
}
