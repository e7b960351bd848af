/* What is found before a program is started: by PATH, by its first bytes, in wordexp's text. */

#include "../check.h"
#include "guard.h"
#include "lookup.h"
#include "sys.h"
#include "words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>
#include <wordexp.h>

static char root[] = "/tmp/rampart-target-XXXXXX";

static void make_file(const char *name, const void *bytes, size_t len, mode_t mode) {
    int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    CHECK(fd >= 0 && write(fd, bytes, len) == (ssize_t)len && fchmod(fd, mode) == 0, "%s", name);
    (void)close(fd);
}

static void make_tree(void) {
    CHECK(mkdtemp(root) != NULL && chdir(root) == 0, "%s", root);
    CHECK(mkdir("a", 0700) == 0 && mkdir("b", 0700) == 0 && mkdir("a/dir", 0700) == 0, "%s", root);
    make_file("a/plain", "x", 1, 0600);
    make_file("b/plain", "#!/bin/sh\n", 10, 0700);
    make_file("b/dir", "#!/bin/sh\n", 10, 0700);
    make_file("here", "#!/bin/sh\n", 10, 0700);
    make_file("b/both", "#!/bin/sh\n", 10, 0700);
    make_file("a/both", "#!/bin/sh\n", 10, 0700);
    CHECK(symlink("nowhere", "a/dangling") == 0, "%s", root);
    make_file("b/dangling", "#!/bin/sh\n", 10, 0700);
    CHECK(symlink("loop", "a/loop") == 0, "%s", root);
    make_file("b/loop", "#!/bin/sh\n", 10, 0700);
}

/* In mode disabled no state file is opened. */
static struct rp_settings settings = {.mode = RP_DISABLED};
static struct rp_state_file state = {.settings = &settings, .fd = -1};

static void check_found_by(bool musl, const char *file, const char *path, const char *expected) {
    struct rp_target target;
    struct rp_path exe;
    char found[256] = "";
    settings.musl = musl;
    rp_lookup_find(check_guarded(file, strlen(file) + 1), check_guarded(path, strlen(path) + 1),
                   &state, &target, &exe);
    if (target.presence == RP_RUNNABLE)
        (void)snprintf(found, sizeof found, "%.*s%s%s", (int)exe.len[1],
                       exe.len[1] > 0 ? exe.piece[1] : "", exe.len[1] > 0 ? "/" : "", exe.piece[2]);
    CHECK(strcmp(found, expected) == 0, "%s in %s: %s", file, path, found);
    check_release();
}

static void check_found(const char *file, const char *path, const char *expected) {
    check_found_by(false, file, path, expected);
    check_found_by(true, file, path, expected);
}

static void check_search(void) {
    static char long_name[300];
    static char long_path[6000];
    check_found("both", "a:b", "a/both");
    check_found("both", "b:a", "b/both");
    check_found("plain", "a:b", "b/plain");
    check_found("dir", "a:b", "b/dir");
    check_found("dangling", "a:b", "b/dangling");
    check_found("here", "a::b", "here");
    check_found("here", ":a", "here");
    check_found("here", "a:", "here");
    check_found("here", "", "here");
    check_found("here", "a:b", "");
    check_found("both", "nowhere:b/plain:b", "b/both");
    check_found("b/both", "a", "b/both");
    check_found("./here", "a", "./here");
    check_found("b/nothing", "b", "");
    check_found("", "a:b", "");
    memset(long_name, 'n', sizeof long_name - 1);
    check_found(long_name, "a:b", "");
    memset(long_path, 'p', sizeof long_path - 1);
    memcpy(long_path + sizeof long_path - 4, ":b", 3);
    check_found("both", long_path, "b/both");
    check_found_by(false, "here", long_path, "here");
    check_found_by(true, "here", long_path, "");
    long_path[sizeof long_path - 4] = 'p';
    long_path[sizeof long_path - 3] = 'p';
    check_found("here", long_path, "");
    /* Where libc gives up, nothing further is found. */
    check_found("loop", "a:b", "");
    check_found("loop", "b:a", "b/loop");
    for (size_t i = 0; i < 4094; i++)
        long_path[i] = i % 2 == 0 ? '.' : '/';
    memcpy(long_path + 4094, ":b", 3);
    check_found("here", long_path, "");
}

static void check_default_path(void) {
    static const char *const with[] = {"A=b", "PATHX=/x", "PATH=/p", "PATH=/q", NULL};
    static const char *const without[] = {"A=b", NULL};
    CHECK(strcmp(rp_lookup_path(with, false), "/p") == 0, "%s", "given");
    CHECK(strcmp(rp_lookup_path(without, false), "/bin:/usr/bin") == 0, "%s", "glibc");
    CHECK(strcmp(rp_lookup_path(NULL, true), "/usr/local/bin:/bin:/usr/bin") == 0, "%s", "musl");
}

static void check_presence(const char *path, enum rp_presence presence, bool guardable) {
    struct rp_target target;
    rp_target_inspect(AT_FDCWD, path, 0, &state, &target);
    CHECK(target.presence == presence, "%s: %d", path, target.presence);
    if (presence == RP_RUNNABLE)
        CHECK(target.guardable == guardable, "%s: %d", path, target.guardable);
}

/* A copy of this program's head with one byte changed. */
static void make_elf(const char *name, size_t offset, unsigned char value) {
    unsigned char head[4096];
    int fd = open("/proc/self/exe", O_RDONLY);
    CHECK(fd >= 0 && read(fd, head, sizeof head) == sizeof head, "%s", name);
    (void)close(fd);
    if (offset > 0)
        head[offset] = value;
    make_file(name, head, sizeof head, 0700);
}

static void check_formats(void) {
    make_elf("native", 0, 0);
    make_elf("class32", 4, 1);
    make_elf("machine", 18, 40);
    make_elf("static", 56, 0);
    make_file("cut",
              "\x7f"
              "ELF",
              4, 0700);
    make_file("script", "#! ./static -x\n", 15, 0700);
    make_file("script2", "#!./script\n", 11, 0700);
    make_file("script3", "#!./native\n", 11, 0700);
    make_file("loop", "#!./loop\n", 9, 0700);
    make_file("bare", "echo hi\n", 8, 0700);
    make_file("empty", "", 0, 0700);
    check_presence("native", RP_RUNNABLE, true);
    check_presence("class32", RP_RUNNABLE, false);
    check_presence("machine", RP_RUNNABLE, false);
    check_presence("static", RP_RUNNABLE, false);
    check_presence("cut", RP_RUNNABLE, true);
    check_presence("script", RP_RUNNABLE, false);
    check_presence("script2", RP_RUNNABLE, false);
    check_presence("script3", RP_RUNNABLE, true);
    check_presence("loop", RP_RUNNABLE, true);
    check_presence("bare", RP_RUNNABLE, true);
    check_presence("empty", RP_RUNNABLE, true);
    check_presence("nothing", RP_ABSENT, true);
    check_presence("a", RP_ABSENT, true);
    check_presence("a/plain", RP_ABSENT, true);
    check_presence("a/dangling", RP_ABSENT, true);
    check_presence("here/below", RP_ABSENT, true);
    check_presence("", RP_ABSENT, true);
    check_presence(NULL, RP_ABSENT, true);
}

/* Rights that a file gives take the library away from everyone but root. Only root can give them.
 */
static void check_capabilities(void) {
    /* Version 2, effective: CAP_NET_RAW. */
    static const unsigned char rights[20] = {1, 0, 0, 2, 0, 32};
    if (geteuid() != 0)
        return;
    make_elf("capable", 0, 0);
    CHECK(setxattr("capable", "security.capability", rights, sizeof rights, 0) == 0, "%s",
          strerror(errno));
    check_presence("capable", RP_RUNNABLE, true);
    CHECK(chmod("capable", 0755) == 0 && chmod(".", 0755) == 0 && seteuid(65534) == 0, "%s",
          strerror(errno));
    check_presence("capable", RP_RUNNABLE, false);
    CHECK(seteuid(0) == 0, "%s", strerror(errno));
}

static void check_descriptor(void) {
    struct rp_target target;
    int fd = open("static", O_RDONLY);
    int directory = open("b", O_RDONLY | O_DIRECTORY);
    rp_target_inspect(fd, "", AT_EMPTY_PATH, &state, &target);
    CHECK(target.presence == RP_RUNNABLE && !target.guardable, "%d", target.presence);
    rp_target_inspect(directory, "both", 0, &state, &target);
    CHECK(target.presence == RP_RUNNABLE, "%d", target.presence);
    rp_target_inspect(directory, "", AT_EMPTY_PATH, &state, &target);
    CHECK(target.presence == RP_ABSENT, "%d", target.presence);
    rp_target_inspect(-1, "", AT_EMPTY_PATH, &state, &target);
    CHECK(target.presence == RP_ABSENT, "%d", target.presence);
    (void)close(fd);
    (void)close(directory);
}

/* Two lookups leave the same descriptors open as before. */
static void check_descriptors_closed(void) {
    int before = dup(0);
    int after;
    (void)close(before);
    check_presence("script2", RP_RUNNABLE, false);
    after = dup(0);
    (void)close(after);
    CHECK(before == after, "%d, then %d", before, after);
}

static bool is_out_of_the_way(long fd) {
    return fd > 2 && fcntl((int)fd, F_GETFD) == FD_CLOEXEC;
}

/* With 0 to 2 closed, what is opened takes none of their places, and no program gets it. */
static void check_own_descriptors(void) {
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        for (int fd = 0; fd <= 2; fd++)
            (void)close(fd);
        _exit((is_out_of_the_way(rp_sys_open(".", O_RDONLY, 0)) ? 0 : 1) |
              (is_out_of_the_way(rp_sys_socket(AF_UNIX)) ? 0 : 2) |
              (is_out_of_the_way(rp_sys_open_unlinked(".")) ? 0 : 4));
    }
    CHECK(waitpid(pid, &status, 0) == pid, "%s", strerror(errno));
    CHECK(status == 0, "%x", (unsigned)status);
}

static void check_words(void) {
    static const struct {
        const char *text;
        bool substitutes;
    } cases[] = {
        {"", false},
        {"a b", false},
        {"$(ls)", true},
        {"`ls`", true},
        {"\"$(ls)\"", true},
        {"\"`ls`\"", true},
        {"'$(ls)'", false},
        {"'`ls`'", false},
        {"\\$(ls)", false},
        {"\\`ls\\`", false},
        {"$HOME", false},
        {"${A:-$(ls)}", true},
        {"$((1+2))", false},
        {"$((1+$(ls)))", true},
        {"$((ls) )", true},
        {"\"'$(ls)'\"", true},
        {"'a'$(ls)", true},
        {"'\"'$(ls)", true},
        {"$(", true},
        {"\\", false},
        {"a\\'$(ls)", true},
        {"$((`ls`))", true},
        {"$((1))", false},
        /* No arithmetic, though it ends like it. */
        {"$((ls);(ls))", true},
        {"$((1)$(ls))", true},
        /* Quotes are none in arithmetic, and not all are in the value of a parameter, nor behind a
           wildcard. */
        {"$((1'$(ls)'))", true},
        {"$((1\"))\"'$(ls)'\"", true},
        {"$[1'`ls`']", true},
        {"${A:-'$(ls)'}", true},
        {"*' $(ls)'", true},
        {"a'$(ls)'*", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        CHECK(rp_words_substitute(cases[i].text) == cases[i].substitutes, "%s", cases[i].text);
}

/* Whatever is put together of these: where libc comes to a substitution, one is seen. */
static void check_words_of_libc(void) {
    static const char *const pieces[] = {"$((1", "))",    ")", "$(a)", "`a`", "'",   "\"",
                                         "\\",   "${A:-", "}", "*",    " ",   "$[1", "]"};
    enum { PIECES = sizeof pieces / sizeof pieces[0], LENGTH = 5 };
    unsigned total = 1;
    for (int i = 0; i < LENGTH; i++)
        total *= PIECES;
    for (unsigned number = 0; number < total; number++) {
        char text[64] = "";
        wordexp_t words;
        unsigned rest = number;
        int result;
        for (int i = 0; i < LENGTH; i++, rest /= PIECES)
            (void)strcat(text, pieces[rest % PIECES]);
        result = wordexp(text, &words, WRDE_NOCMD);
        if (result == 0)
            wordfree(&words);
        CHECK(result != WRDE_CMDSUB || rp_words_substitute(text), "%s", text);
    }
}

int main(void) {
    char command[64];
    make_tree();
    check_search();
    check_default_path();
    check_formats();
    check_capabilities();
    check_descriptor();
    check_descriptors_closed();
    check_own_descriptors();
    check_words();
    check_words_of_libc();
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    CHECK(chdir("/") == 0 && system(command) == 0, "%s", command);
    return check_finish();
}
