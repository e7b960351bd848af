/* What the library need not look into again: programs as they are now. */

#include "addon.h"

#include <limits.h>
#include <string.h>

#if defined(__linux__)
#include "../preload/elf_file.h"
#include "../preload/sys.h"

enum { HEAD_BYTES = 832 };

/* Whether everyone may run a file, as nobody else. */
static bool is_for_all(int fd, const char *path, const struct stat *status) {
    enum { CHANGE_IDENTITY = S_ISUID | S_ISGID };
    return (status->st_mode & (0111 | CHANGE_IDENTITY)) == 0111 &&
           RP_SYS4(SYS_fgetxattr, fd, "system.posix_acl_access", 0, 0) <= 0 &&
           rp_sys_executable(AT_FDCWD, path) == 0;
}

/* Whether the library is loaded into an open file as it is into most, whoever starts it. */
static bool takes_library(int fd) {
    unsigned char head[HEAD_BYTES];
    struct rp_elf_file file;
    long len = rp_sys_pread(fd, head, sizeof head, 0);
    if (len < 0 || rp_elf_file_kind(head, (size_t)len) != RP_ELF_NATIVE)
        return false;
    rp_elf_file_inspect(fd, head, sizeof head, (size_t)len, &file);
    return file.dynamic && !file.sanitized && !rp_sys_has_capabilities(fd);
}

static bool identify(int fd, const char *path, int64_t before, uint64_t facts[4]) {
    struct stat status;
    const struct stat *program = &status;
    if (rp_sys_fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ||
        RP_SYS_CHANGED(program).tv_sec >= before || !is_for_all(fd, path, program) ||
        !takes_library(fd))
        return false;
    facts[0] = (uint64_t)status.st_dev;
    facts[1] = (uint64_t)status.st_ino;
    facts[2] = (uint64_t)RP_SYS_CHANGED(program).tv_sec;
    facts[3] = (uint64_t)RP_SYS_CHANGED(program).tv_nsec;
    return true;
}

static bool find_facts(const char *path, int64_t before, uint64_t facts[4]) {
    struct stat status;
    bool found;
    int fd;
    /* To open a device may do something. */
    if (rp_sys_fstatat(AT_FDCWD, path, &status, 0) < 0 || !S_ISREG(status.st_mode))
        return false;
    fd = (int)RP_SYS4(SYS_openat, AT_FDCWD, path,
                      O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | O_LARGEFILE, 0);
    found = fd >= 0 && identify(fd, path, before, facts);
    if (fd >= 0)
        (void)rp_sys_close(fd);
    return found;
}
#else
/* No table is read there. */
static bool find_facts(const char *path, int64_t before, uint64_t facts[4]) {
    (void)path;
    (void)before;
    (void)facts;
    return false;
}
#endif

napi_value identify_program(napi_env env, napi_callback_info info) {
    size_t count = 2;
    size_t len;
    int64_t before;
    napi_value arguments[2];
    napi_value result;
    uint64_t facts[4];
    char path[PATH_MAX + 1];
    if (napi_get_cb_info(env, info, &count, arguments, NULL, NULL) != napi_ok || count != 2 ||
        napi_get_value_string_utf8(env, arguments[0], path, sizeof path, &len) != napi_ok ||
        napi_get_value_int64(env, arguments[1], &before) != napi_ok)
        return throw_usage(env, "identifyProgram takes a path and seconds since 1970");
    /* A path with NUL leads nowhere. */
    if (strlen(path) == len && find_facts(path, before, facts))
        return napi_create_buffer_copy(env, sizeof facts, facts, NULL, &result) == napi_ok ? result
                                                                                           : NULL;
    return napi_get_null(env, &result) == napi_ok ? result : NULL;
}
