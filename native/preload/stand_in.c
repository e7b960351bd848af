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
    size_t len = call->text != NULL ? 0 : rp_memory_length(call->path);
    return len >= 2 && rp_memory_equal(call->path + len - 2, "sh");
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
