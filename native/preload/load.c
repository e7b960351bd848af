#include "load.h"

#include "journal.h"
#include "memory.h"
#include "real.h"
#include "sys.h"

#if defined(__APPLE__)
#include <crt_externs.h>
#else
/* What both glibc and musl have; weak, so that a library that cannot find one still loads. */
extern const char *const *environ __attribute__((weak));
/* glibc's loader only: where the kernel put argc, the arguments and the environment. */
extern const char *const *__libc_stack_end __attribute__((weak));
#endif

enum { PATH_BYTES = 512, FRAME_BYTES = 256 };

/* Written by the first rp_load_settings, read ever after. */
static struct rp_settings settings;

#if defined(__APPLE__)
const char *const *rp_load_environment(void) {
    return (const char *const *)*_NSGetEnviron();
}

static const char *const *initial_environment(void) {
    return rp_load_environment();
}
#else
const char *const *rp_load_environment(void) {
    return &environ == NULL ? NULL : environ;
}

void rp_load_set_environment(const char *const *environment) {
    if (&environ != NULL)
        environ = environment;
}

/* The environment that the process began with, where libc has not looked at it yet: code that runs
   before every constructor comes here earlier than that. */
static const char *const *initial_environment(void) {
    const char *const *live = rp_load_environment();
    if (live != NULL || &__libc_stack_end == NULL || __libc_stack_end == NULL)
        return live;
    return __libc_stack_end + 1 + (uintptr_t)__libc_stack_end[0] + 1;
}
#endif

/* No process is twice in the same place of a stack at the same moment; its threads have stacks of
   their own. */
void rp_load_make_up_id(unsigned char id[RP_REQUEST_ID_BYTES], int64_t now, int pid) {
    int64_t made[2] = {now, pid};
    made[1] = made[1] << 32 | (uint32_t)((uintptr_t)made / sizeof made);
    memcpy(id, made, sizeof made);
}

void rp_load_make_id(unsigned char id[RP_REQUEST_ID_BYTES]) {
    if (rp_sys_getrandom(id, RP_REQUEST_ID_BYTES) != RP_REQUEST_ID_BYTES)
        rp_load_make_up_id(id, rp_sys_clock(CLOCK_REALTIME), rp_sys_getpid());
}

void rp_load_introduce(struct rp_question *question) {
    question->agent = settings.agent;
    question->session = settings.session;
    question->pid = rp_sys_getpid();
    question->ppid = rp_sys_getppid();
    question->sid = rp_sys_getsid();
}

/* A session leader tells the endpoint, once, that its session is guarded. */
__attribute__((noinline)) static void say_hello(int pid) {
    struct rp_question hello;
    char exe[PATH_BYTES];
    unsigned char id[RP_REQUEST_ID_BYTES];
    char frame[FRAME_BYTES];
    long len;
    if (rp_sys_getsid() != pid)
        return;
    memset(&hello, 0, sizeof hello);
    rp_load_introduce(&hello);
    len = rp_sys_own_path(exe, sizeof exe);
    rp_load_make_id(id);
    hello.id = id;
    hello.door = "load";
    hello.exe.piece[2] = exe;
    hello.exe.len[2] = len > 0 && len < (long)sizeof exe ? (size_t)len : 0;
    hello.guardable = true;
    (void)rp_journal_append(&settings, &hello, RP_JOURNAL_HELLO, 0, frame, sizeof frame);
}

/* Nearly everybody's settings fit into what lies beside the other variables; more would be a
   mapping more in every program. */
static void take_settings(const struct rp_circumstances *circumstances) {
    static char first[RP_SETTINGS_FIRST_ROOM];
    settings.room = first;
    settings.room_bytes = sizeof first;
    rp_settings_take(&settings, circumstances);
    if (settings.captured || (settings.room = rp_sys_map(RP_SETTINGS_ROOM)) == NULL)
        return;
    settings.room_bytes = RP_SETTINGS_ROOM;
    rp_settings_take(&settings, circumstances);
}

static void note_stderr(void) {
    struct stat status;
    if (rp_sys_fstat(2, &status) < 0)
        return;
    settings.stderr_open = true;
    settings.stderr_device = (unsigned long long)status.st_dev;
    settings.stderr_inode = status.st_ino;
}

static void load(void) {
    struct rp_circumstances circumstances;
    struct rp_loaded loaded = {0};
    char cwd[PATH_BYTES];
    settings.loaded = true;
    rp_real_find(&loaded);
    settings.musl = loaded.musl;
    settings.inert = rp_sys_is_privileged();
    if (settings.inert)
        return;
    memcpy(settings.build_id, loaded.build_id, sizeof settings.build_id);
    circumstances.environment = initial_environment();
    circumstances.library = loaded.name;
    circumstances.cwd = NULL;
    circumstances.pid = rp_sys_getpid();
    if (loaded.name != NULL && loaded.name[0] != '/' && rp_sys_getcwd(cwd, sizeof cwd) > 0)
        circumstances.cwd = cwd;
    take_settings(&circumstances);
    note_stderr();
    if (settings.url.kind != RP_URL_UNIX || settings.mode == RP_DISABLED)
        return;
    say_hello(circumstances.pid);
}

const struct rp_settings *rp_load_settings(void) {
    if (!settings.loaded) {
        int saved = *rp_sys_errno();
        load();
        *rp_sys_errno() = saved;
    }
    return &settings;
}

__attribute__((constructor)) static void rp_load_at_start(void) {
    (void)rp_load_settings();
}
