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

rp_function rp_real[RP_REAL_AT_LOAD];

const char rp_real_doors[RP_DOOR_COUNT][13] = {
#define RP_DOOR(name, result, parameters) #name,
#include "doors.def"
#undef RP_DOOR
};

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
static rp_function definition(const struct symbols *symbols, uint32_t index, const char *name) {
    const ElfW(Sym) *symbol = &symbols->table[index];
    unsigned type = symbol->st_info & 15;
    bool hidden = symbols->versions != NULL && (symbols->versions[index] & 0x8000) != 0;
    if (symbol->st_shndx == SHN_UNDEF || symbol->st_value == 0 || hidden ||
        (type != STT_FUNC && type != STT_NOTYPE))
        return NULL;
    if (!rp_memory_equal(symbols->strings + symbol->st_name, name))
        return NULL;
    return (rp_function)(symbols->base + symbol->st_value);
}

static uint32_t gnu_hash_of(const char *name) {
    uint32_t hash = 5381;
    for (; *name != '\0'; name++)
        hash = hash * 33 + (unsigned char)*name;
    return hash;
}

static rp_function find_by_gnu_hash(const struct symbols *symbols, const char *name,
                                    uint32_t hash) {
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
            rp_function found = definition(symbols, index, name);
            if (found != NULL)
                return found;
        }
        if ((candidate & 1) != 0)
            break;
    }
    return NULL;
}

/* Hardly any object has only this table, which tells how many symbols there are: all are looked at.
 */
static rp_function find_in_all(const struct symbols *symbols, const char *name) {
    rp_function found = NULL;
    for (uint32_t index = 0; index < symbols->hash[1] && found == NULL; index++)
        found = definition(symbols, index, name);
    return found;
}

static rp_function find(const struct symbols *symbols, const char *name, uint32_t hash) {
    if (symbols->gnu_hash != NULL)
        return find_by_gnu_hash(symbols, name, hash);
    return symbols->hash != NULL ? find_in_all(symbols, name) : NULL;
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

/* Objects of the list, up to its end where there is no last. */
struct objects {
    const struct link_map *first;
    const struct link_map *last;
};

/* What stood behind ours when it was loaded. It never goes, so its part of the list can be read at
   any time. */
static struct objects behind;

/* Looks for the doors from `first` on that are still NULL there. Returns the object in which the
   last one was found, NULL when one is missing. */
static const struct link_map *take_doors(const struct objects *objects, int first, int count,
                                         rp_function *doors) {
    for (const struct link_map *object = objects->first; object != NULL;
         object = object == objects->last ? NULL : object->l_next) {
        struct symbols symbols;
        bool found = true;
        if (object->l_ld == _DYNAMIC || !read_symbols(object, &symbols))
            continue;
        for (int i = 0; i < count; i++) {
            const char *name = rp_real_doors[first + i];
            if (doors[i] == NULL)
                doors[i] = find(&symbols, name, gnu_hash_of(name));
            found = found && doors[i] != NULL;
        }
        if (found)
            return object;
    }
    return NULL;
}

rp_function rp_real_door(enum rp_real_door door) {
    rp_function found = NULL;
    if (door < RP_REAL_AT_LOAD)
        return rp_real[door];
    (void)take_doors(&behind, (int)door, 1, &found);
    return found;
}

/* Finds this library in the list, and what stands behind it. */
static void find_place(const struct link_map *object, struct rp_loaded *loaded) {
    for (; object != NULL; object = object->l_next) {
        behind.last = object;
        if (object->l_ld == _DYNAMIC) {
            loaded->name = object->l_name;
            behind.first = object->l_next;
        }
    }
}

/* Ours was loaded by hand, when libc had long been there: what stands in front counts, up to libc,
   for what was loaded later may go. */
static void take_from_front(const struct link_map *list) {
    const struct objects all = {list, NULL};
    rp_function of_libc = NULL;
    behind.first = list;
    behind.last = take_doors(&all, RP_DOOR_wordexp, 1, &of_libc);
    (void)take_doors(&behind, 0, RP_REAL_AT_LOAD, rp_real);
}

void rp_real_find(struct rp_loaded *loaded) {
    const struct r_debug *list = &_r_debug;
    /* Only musl's loader has no list of that name. */
    loaded->musl = list == NULL;
    if (list == NULL && &_dl_debug_addr != NULL)
        list = _dl_debug_addr;
    read_build_id(loaded->build_id);
    if (list == NULL)
        return;
    find_place(list->r_map, loaded);
    if (take_doors(&behind, 0, RP_REAL_AT_LOAD, rp_real) == NULL)
        take_from_front(list->r_map);
}
