#include "real.h"

#include "memory.h"

#include <dlfcn.h>
#include <mach-o/loader.h>
#include <stddef.h>
#include <stdint.h>

/* The linker's name for the head of this library. */
extern const struct mach_header_64 _mh_dylib_header;

/* The UUID that the linker gave this library stands where an ELF object has its build id. */
static void read_uuid(unsigned char into[20]) {
    const char *at = (const char *)(&_mh_dylib_header + 1);
    for (uint32_t i = 0; i < _mh_dylib_header.ncmds; i++) {
        const struct load_command *command = (const struct load_command *)(const void *)at;
        if (command->cmd == LC_UUID) {
            memcpy(into, (const char *)at + offsetof(struct uuid_command, uuid), 16);
            return;
        }
        at += command->cmdsize;
    }
}

void rp_real_find(struct rp_loaded *loaded) {
    Dl_info place;
    loaded->musl = false;
    if (dladdr(&_mh_dylib_header, &place) != 0)
        loaded->name = place.dli_fname;
    read_uuid(loaded->build_id);
}
