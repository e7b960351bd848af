#include "real.h"

#include "memory.h"

#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>

/* The loader's list as debuggers find it: glibc's, and where musl's is. dl_iterate_phdr would lock
   it, but other libraries stand in front of that; fakechroot's writes into names that cannot be
   written. */
extern struct r_debug _r_debug __attribute__((weak));
extern struct r_debug *_dl_debug_addr __attribute__((weak));

/* This library's own dynamic section and header. */
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));
extern const unsigned char __ehdr_start[] __attribute__((visibility("hidden")));

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

/* glibc has relocated the addresses in a dynamic section, musl and the vdso have not. */
static uintptr_t address_of(uintptr_t base, uintptr_t value) {
    return value < base ? value + base : value;
}

static bool read_symbols(const struct link_map *object, struct symbols *symbols) {
    memset(symbols, 0, sizeof *symbols);
    symbols->base = object->l_addr;
    for (const ElfW(Dyn) *entry = object->l_ld; entry != NULL && entry->d_tag != DT_NULL; entry++) {
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

static uint32_t gnu_hash_of(const char *name) {
    uint32_t hash = 5381;
    for (; *name != '\0'; name++)
        hash = hash * 33 + (unsigned char)*name;
    return hash;
}

static void *find_by_gnu_hash(const struct symbols *symbols, const char *name, uint32_t hash) {
    const uint32_t *table = symbols->gnu_hash;
    uint32_t bucket_count = table[0];
    uint32_t first = table[1];
    uint32_t bloom_words = table[2];
    const ElfW(Addr) *bloom = (const ElfW(Addr) *)(const void *)(table + 4);
    const uint32_t *buckets = (const uint32_t *)(const void *)(bloom + bloom_words);
    const uint32_t *chain = buckets + bucket_count;
    uint32_t index;
    ElfW(Addr) word;
    enum { BITS = 8 * sizeof(ElfW(Addr)) };
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

static void *find(const struct symbols *symbols, const char *name, uint32_t hash) {
    if (symbols->gnu_hash != NULL)
        return find_by_gnu_hash(symbols, name, hash);
    return symbols->hash != NULL ? find_by_hash(symbols, name) : NULL;
}

/* A note with the id that the linker gives an object. */
struct build_id_note {
    ElfW(Nhdr) head;
    char owner[4];
    unsigned char id[20];
};

/* The linker puts the note into a segment of its own. */
static void read_build_id(unsigned char into[20]) {
    const ElfW(Ehdr) *head = (const ElfW(Ehdr) *)(const void *)__ehdr_start;
    const ElfW(Phdr) *header = (const ElfW(Phdr) *)(const void *)(__ehdr_start + head->e_phoff);
    for (int left = head->e_phnum; left > 0; left--, header++) {
        const struct build_id_note *note =
            (const struct build_id_note *)(const void *)(__ehdr_start + header->p_vaddr);
        if (header->p_type == PT_NOTE && note->head.n_type == NT_GNU_BUILD_ID)
            memcpy(into, note->id, sizeof note->id);
    }
}

/* The hashes of the doors' names: most objects are asked for all of them. */
typedef uint32_t hashes[RP_DOOR_COUNT];

static void take_doors(const struct link_map *object, const hashes names) {
    struct symbols symbols;
    if (!read_symbols(object, &symbols))
        return;
    for (int i = 0; i < RP_DOOR_COUNT; i++) {
        void **slot = (void **)(void *)&rp_real + i;
        if (*slot == NULL)
            *slot = find(&symbols, rp_real_doors[i], names[i]);
    }
}

/* Only objects behind ours count, unless ours was loaded last, by hand. */
static void search(const struct link_map *object, struct rp_loaded *loaded, const hashes names,
                   bool past_self) {
    for (; object != NULL; object = object->l_next) {
        if (object->l_ld == _DYNAMIC) {
            past_self = true;
            loaded->name = object->l_name;
        } else if (past_self) {
            take_doors(object, names);
        }
    }
}

void rp_real_find(struct rp_loaded *loaded) {
    const struct r_debug *list = &_r_debug;
    hashes names;
    /* Only musl's loader has no list of that name. */
    loaded->musl = list == NULL;
    if (list == NULL && &_dl_debug_addr != NULL)
        list = _dl_debug_addr;
    read_build_id(loaded->build_id);
    if (list == NULL)
        return;
    for (int i = 0; i < RP_DOOR_COUNT; i++)
        names[i] = gnu_hash_of(rp_real_doors[i]);
    search(list->r_map, loaded, names, false);
    if (rp_real.execve == NULL)
        search(list->r_map, loaded, names, true);
}
