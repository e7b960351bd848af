#include "reach.h"

#include "sys.h"

enum {
    PAGE_BYTES = 4096, /* the smallest page of any machine we run on */
    LOOKED_AT = 64,
    INSIDE_PAGE = 8, /* an address of 0 would be no address at all */
};

/* The last pages that were found to be there: a vector goes back and forth between two. */
struct reach {
    uintptr_t last;
    uintptr_t other;
};

static bool is_there(uintptr_t at, struct reach *reach) {
    uintptr_t page = at & ~(uintptr_t)(PAGE_BYTES - 1);
    bool known = page == reach->other;
    if (page == reach->last)
        return true;
    reach->other = reach->last;
    reach->last = page;
    return known || rp_sys_is_readable(page + INSIDE_PAGE);
}

/* Whether the first bytes of a string are there, up to its NUL or `most` of them. */
static bool is_text_there(const char *text, size_t most, struct reach *reach) {
    uintptr_t at = (uintptr_t)text;
    while (is_there(at, reach)) {
        size_t left = PAGE_BYTES - at % PAGE_BYTES;
        if (most <= left)
            return true;
        most -= left;
        for (; left > 0; left--, at++) {
            if (*(const char *)at == '\0')
                return true;
        }
    }
    return false;
}

static bool is_vector_there(const char *const *vector, size_t most, struct reach *reach) {
    for (; vector != NULL; vector++) {
        if (!is_there((uintptr_t)vector, reach) || !is_there((uintptr_t)(vector + 1) - 1, reach))
            return false;
        if (*vector == NULL)
            return true;
        if (!is_text_there(*vector, most, reach))
            return false;
    }
    return true;
}

bool rp_reach_call(const struct rp_call *call) {
    struct reach reach = {1, 1};
    /* libc itself reads a shell's text and the live environment. */
    if (call->text != NULL)
        return true;
    return (call->path == NULL || is_text_there(call->path, SIZE_MAX, &reach)) &&
           is_vector_there(call->argv, SIZE_MAX, &reach) &&
           /* Of an environment only names are read, and the values of our own. */
           is_vector_there(call->environment, LOOKED_AT, &reach);
}
