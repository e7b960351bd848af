#include "target.h"

#include "memory.h"
#include "sys.h"

#include <elf.h>

enum {
    HEAD_BYTES = 256, /* as much of a script's first line as the kernel reads */
    MAX_INTERPRETERS = 4,
    MAX_PROGRAM_HEADERS = 64,
};

enum rp_format rp_target_format(const unsigned char *bytes, size_t len) {
    if (len >= 2 && bytes[0] == '#' && bytes[1] == '!')
        return RP_FORMAT_SCRIPT;
    if (len < sizeof(Elf64_Ehdr) || memcmp(bytes, ELFMAG, SELFMAG) != 0)
        return RP_FORMAT_OTHER;
    if (bytes[EI_CLASS] != RP_ELF_CLASS || bytes[EI_DATA] != ELFDATA2LSB ||
        (bytes[18] | bytes[19] << 8) != RP_ELF_MACHINE)
        return RP_FORMAT_FOREIGN;
    return RP_FORMAT_NATIVE;
}

size_t rp_target_interpreter(const char *bytes, size_t len, const char **interpreter) {
    size_t at = 2;
    size_t start;
    while (at < len && (bytes[at] == ' ' || bytes[at] == '\t'))
        at++;
    start = at;
    while (at < len && bytes[at] != ' ' && bytes[at] != '\t' && bytes[at] != '\n' &&
           bytes[at] != '\0')
        at++;
    *interpreter = bytes + start;
    return at == len ? 0 : at - start;
}

/* Whether a program names a loader: a static one has nobody to load us. */
static bool is_dynamic(int fd, const Elf64_Ehdr *head) {
    for (unsigned i = 0; i < head->e_phnum && i < MAX_PROGRAM_HEADERS; i++) {
        Elf64_Phdr header;
        int64_t offset = (int64_t)(head->e_phoff + (uint64_t)i * sizeof header);
        if (rp_sys_pread(fd, &header, sizeof header, offset) != sizeof header)
            return false;
        if (header.p_type == PT_INTERP)
            return true;
    }
    return false;
}

/* Whether the library can be loaded into what stands in the file; a script passes the question on
   to its interpreter, whose path replaces the file's. */
static bool is_guardable(int fd, char head[HEAD_BYTES], bool *is_script) {
    const char *interpreter;
    size_t len;
    long count = rp_sys_pread(fd, head, HEAD_BYTES, 0);
    Elf64_Ehdr elf;
    *is_script = false;
    if (count < 0)
        return true;
    switch (rp_target_format((const unsigned char *)head, (size_t)count)) {
    case RP_FORMAT_FOREIGN:
        return false;
    case RP_FORMAT_NATIVE:
        memcpy(&elf, head, sizeof elf);
        return is_dynamic(fd, &elf);
    case RP_FORMAT_SCRIPT:
        len = rp_target_interpreter(head, (size_t)count, &interpreter);
        memmove(head, interpreter, len);
        head[len] = '\0';
        *is_script = len > 0;
        return true;
    case RP_FORMAT_OTHER:
        break;
    }
    return true;
}

/* A file that cannot be read may still be run, and the library loaded into it. */
static bool inspect_content(int directory, const char *path, int flags) {
    char head[HEAD_BYTES];
    bool is_script = true;
    bool guardable = true;
    if ((flags & AT_EMPTY_PATH) != 0 && *path == '\0') {
        guardable = is_guardable(directory, head, &is_script);
        path = head;
        directory = AT_FDCWD;
    }
    for (int i = 0; is_script && guardable && i <= MAX_INTERPRETERS; i++) {
        long fd = rp_sys_above_stdio(
            RP_SYS4(SYS_openat, directory, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0));
        if (fd < 0)
            return true;
        guardable = is_guardable((int)fd, head, &is_script);
        (void)rp_sys_close((int)fd);
        path = head;
        directory = AT_FDCWD;
    }
    return guardable;
}

/* Whether starting the file changes who runs: then the loader ignores us. */
static bool changes_identity(const struct stat *status) {
    if ((status->st_mode & S_ISUID) != 0 && status->st_uid != rp_sys_geteuid())
        return true;
    return (status->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
           status->st_gid != (unsigned)RP_SYS0(SYS_getegid);
}

/* Whether a lookup that failed so will make exec fail as well. */
static enum rp_presence presence_of(long failure) {
    switch (failure) {
    case -ENOENT:
    case -ENOTDIR:
    case -EACCES:
    case -ELOOP:
    case -ENAMETOOLONG:
    case -EFAULT:
    case -EBADF:
        return RP_ABSENT;
    default:
        return RP_UNKNOWN;
    }
}

void rp_target_inspect(int directory, const char *path, int flags, struct rp_target *target) {
    bool by_descriptor = (flags & AT_EMPTY_PATH) != 0;
    struct stat status;
    long result = rp_sys_fstatat(directory, path, &status, flags);
    target->guardable = true;
    if (result < 0) {
        target->presence = presence_of(result);
        return;
    }
    target->presence = RP_ABSENT;
    if (!S_ISREG(status.st_mode))
        return;
    if (by_descriptor && *path == '\0')
        result = (status.st_mode & 0111) == 0 ? -EACCES : 0;
    else
        result = rp_sys_executable(directory, path);
    target->presence = result < 0 ? presence_of(result) : RP_RUNNABLE;
    if (target->presence == RP_RUNNABLE)
        target->guardable = !changes_identity(&status) && inspect_content(directory, path, flags);
}
