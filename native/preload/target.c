#include "target.h"

#include "memory.h"
#include "state_tables.h"
#include "sys.h"

#if defined(__APPLE__)
#include "mach_file.h"
#else
#include "elf_file.h"
#endif

#define APART __attribute__((noinline))

enum {
    HEAD_BYTES = 832,   /* most programs' headers, so that they are read at once */
    SCRIPT_BYTES = 256, /* as much of a script's first line as the kernel reads */
    MAX_INTERPRETERS = 4,
};

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

/* Whether this library can be loaded into the program that begins so. What is no program is left to
   the shell that will read it. */
#if defined(__APPLE__)
static void inspect_program(int fd, char *head, size_t len, struct rp_target *target) {
    (void)fd;
    target->guardable =
        rp_mach_file_takes_library((const unsigned char *)head, len, rp_sys_is_translated());
}
#else
static void inspect_program(int fd, char *head, size_t len, struct rp_target *target) {
    struct rp_elf_file file;
    switch (rp_elf_file_kind((const unsigned char *)head, len)) {
    case RP_ELF_FOREIGN:
        target->guardable = false;
        break;
    case RP_ELF_NATIVE:
        rp_elf_file_inspect(fd, (unsigned char *)head, HEAD_BYTES, len, &file);
        target->guardable = file.dynamic && !rp_sys_gains_capabilities(fd);
        target->sanitized = file.sanitized;
        break;
    case RP_ELF_NONE:
        break;
    }
}
#endif

/* Looks into an open file. A script passes the question on to its interpreter, whose path replaces
   the file's head. */
static void inspect_head(int fd, char head[HEAD_BYTES], struct rp_target *target, bool *is_script) {
    const char *interpreter;
    size_t len;
    long count = rp_sys_pread(fd, head, HEAD_BYTES, 0);
    *is_script = false;
    if (count < 0)
        return;
    if (count >= 2 && head[0] == '#' && head[1] == '!') {
        len = (size_t)(count < SCRIPT_BYTES ? count : SCRIPT_BYTES);
        len = rp_target_interpreter(head, len, &interpreter);
        memmove(head, interpreter, len);
        head[len] = '\0';
        *is_script = len > 0;
        return;
    }
    inspect_program(fd, head, (size_t)count, target);
}

/* A file that cannot be read may still be run, and the library loaded into it. */
APART static void inspect_content(int directory, const char *path, int flags,
                                  struct rp_target *target) {
    char head[HEAD_BYTES];
    bool is_script = true;
    if ((flags & AT_EMPTY_PATH) != 0 && *path == '\0') {
        inspect_head(directory, head, target, &is_script);
        path = head;
        directory = AT_FDCWD;
    }
    for (int i = 0; is_script && i <= MAX_INTERPRETERS; i++) {
        long fd = rp_sys_openat(directory, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
        if (fd < 0)
            return;
        inspect_head((int)fd, head, target, &is_script);
        (void)rp_sys_close((int)fd);
        path = head;
        directory = AT_FDCWD;
    }
}

/* Whether starting the file changes who runs: then the loader ignores us. */
static bool changes_identity(const struct stat *status) {
    if ((status->st_mode & S_ISUID) != 0 && status->st_uid != rp_sys_geteuid())
        return true;
    return (status->st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) &&
           status->st_gid != rp_sys_getegid();
}

/* Whether a lookup that failed so will make exec fail as well. */
static enum rp_presence presence_of(long failure) {
    switch (failure) {
    case -ENOENT:
    case -ENOTDIR:
    case -EACCES:
    case -EFAULT:
    case -EBADF:
        return RP_ABSENT;
    case -ELOOP:
    case -ENAMETOOLONG:
        return RP_BARRED;
    default:
        return RP_UNKNOWN;
    }
}

enum access { CANNOT_RUN, RUNS_AS_CALLER, RUNS_AS_ANOTHER, IS_KNOWN };

/* Whether all that could be seen is known already; nothing is without a name. */
static bool is_known(struct rp_state_file *file, const struct stat *status, const char *path) {
    rp_state_file_open(file);
    return rp_state_tables_know(file, status, rp_memory_last_component(path));
}

/* Looks at a file from outside. Steps that follow one another are kept apart: their frames are
   large for a signal stack. */
APART static enum access look_at(int directory, const char *path, int flags,
                                 struct rp_state_file *file, enum rp_presence *presence) {
    struct stat status;
    long result = rp_sys_fstatat(directory, path, &status, flags);
    *presence = RP_ABSENT;
    if (result >= 0 && !S_ISREG(status.st_mode))
        return CANNOT_RUN;
    if (result >= 0 && is_known(file, &status, path)) {
        *presence = RP_RUNNABLE;
        return IS_KNOWN;
    }
    if (result >= 0 && *path == '\0')
        result = (status.st_mode & 0111) == 0 ? -EACCES : 0;
    else if (result >= 0)
        result = rp_sys_executable(directory, path);
    *presence = result < 0 ? presence_of(result) : RP_RUNNABLE;
    if (result < 0)
        return CANNOT_RUN;
    return changes_identity(&status) ? RUNS_AS_ANOTHER : RUNS_AS_CALLER;
}

void rp_target_inspect(int directory, const char *path, int flags, struct rp_state_file *file,
                       struct rp_target *target) {
    enum access access = look_at(directory, path, flags, file, &target->presence);
    target->guardable = access != RUNS_AS_ANOTHER;
    target->sanitized = false;
    target->plain = access == IS_KNOWN;
    if (access == RUNS_AS_CALLER)
        inspect_content(directory, path, flags, target);
}
