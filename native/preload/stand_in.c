#include "stand_in.h"

#include "memory.h"
#include "sys.h"

/* Most of our frames keep half of the alignment that libc may count on. */
#if defined(__x86_64__) && !defined(__clang__)
#define REALIGNED __attribute__((force_align_arg_pointer))
#else
#define REALIGNED
#endif

bool rp_stand_in_fits(const struct rp_call *call) {
    static const char shells[][5] = {"sh", "bash", "dash", "ash", "zsh", "ksh", "mksh"};
    const char *name;
    if (call->text != NULL)
        return false;
    name = rp_memory_last_component(call->path);
    for (size_t i = 0; i < sizeof shells / sizeof shells[0]; i++) {
        if (rp_memory_equal(name, shells[i]))
            return true;
    }
    return false;
}

REALIGNED intptr_t rp_stand_in_run(const struct rp_call *call, const char *line) {
    static const char shell[] = "/bin/sh";
    /* A shell takes functions from its environment: this one gets an empty one, the vector's end.
     */
    const char *const argv[] = {shell, "-c", "printf %s \"$0\">&2;exit 126", line, NULL};
    /* The door's own, and no more than a way to make the call. */
    struct rp_call *own = (struct rp_call *)(uintptr_t)call;
    int saved = *rp_sys_errno();
    intptr_t result;
    if (!rp_stand_in_fits(call))
        return -1;
    own->path = shell;
    own->argv = argv;
    result = call->run(call, argv + 4);
    *rp_sys_errno() = saved;
    return result;
}
