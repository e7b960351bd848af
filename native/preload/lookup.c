#include "lookup.h"

#include "memory.h"
#include "names.h"
#include "state_file.h"
#include "sys.h"

enum { MAX_NAME_BYTES = 255, MAX_DIRECTORY_BYTES = 4095 };

const char *rp_lookup_path(const char *const *environment, bool musl) {
    /* glibc's is musl's without the first directory. */
    static const char path[] = "/usr/local/bin:/bin:/usr/bin";
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *value = rp_names_value(*environment, "PATH");
        if (value != NULL)
            return value;
    }
    return musl ? path : path + sizeof "/usr/local/bin";
}

static const char *end_of_directory(const char *at) {
    while (*at != '\0' && *at != ':')
        at++;
    return at;
}

/* The longest directory of a PATH that can be searched. */
static size_t longest_directory(const char *path) {
    size_t longest = 0;
    for (;;) {
        const char *end = end_of_directory(path);
        size_t len = (size_t)(end - path);
        if (len > longest && len <= MAX_DIRECTORY_BYTES)
            longest = len;
        if (*end == '\0')
            return longest;
        path = end + 1;
    }
}

static void set_exe(struct rp_path *exe, const char *directory, size_t len, const char *file) {
    exe->piece[0] = NULL;
    exe->len[0] = 0;
    exe->piece[1] = directory;
    exe->len[1] = len;
    exe->piece[2] = file;
    exe->len[2] = rp_memory_length(file);
}

static void search(const char *file, const char *path, char *candidate, struct rp_state_file *state,
                   struct rp_target *target, struct rp_path *exe) {
    size_t file_len = rp_memory_length(file);
    for (;;) {
        const char *end = end_of_directory(path);
        size_t len = (size_t)(end - path);
        /* Both pass over it, but glibc then takes the colon behind it for an empty directory. */
        if (len > MAX_DIRECTORY_BYTES && !state->settings->musl && *end != '\0')
            len = 0;
        if (len <= MAX_DIRECTORY_BYTES) {
            memcpy(candidate, path, len);
            candidate[len] = '/';
            memcpy(candidate + len + (len > 0), file, file_len + 1);
            rp_target_inspect(AT_FDCWD, candidate, 0, state, target);
            set_exe(exe, path, len, file);
            if (target->presence != RP_ABSENT)
                return;
        }
        if (*end == '\0')
            return;
        path = end + 1;
    }
}

void rp_lookup_find(const char *file, const char *path, struct rp_state_file *state,
                    struct rp_target *target, struct rp_path *exe) {
    set_exe(exe, NULL, 0, file);
    target->presence = RP_ABSENT;
    target->guardable = true;
    target->sanitized = false;
    target->plain = false;
    for (const char *at = file; *at != '\0'; at++) {
        if (*at == '/') {
            rp_target_inspect(AT_FDCWD, file, 0, state, target);
            return;
        }
    }
    if (*file == '\0' || exe->len[2] > MAX_NAME_BYTES)
        return;
    /* As libc does it: the stack grows by the longest directory, and nothing is allocated. */
    search(file, path, __builtin_alloca(longest_directory(path) + exe->len[2] + 2), state, target,
           exe);
}
