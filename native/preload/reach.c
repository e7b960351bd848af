#include "reach.h"

#include "sys.h"

/* Steps that follow one another share the stack only when they are not merged into their caller. */
#define APART __attribute__((noinline))

enum {
    PAGE_BYTES = 4096, /* the smallest page of any machine we run on */
    LOOKED_AT = 64,
    INSIDE_PAGE = 8, /* an address of 0 would be no address at all */
    REMEMBERED = 16,
};

/* The pages that were found to be there, each with its number and 1 in its own place (0 is an empty
   one): a shell's strings lie on a dozen pages, and a vector goes back and forth between them. */
struct reach {
    uintptr_t pages[REMEMBERED];
};

static bool is_there(uintptr_t at, struct reach *reach) {
    uintptr_t page = at / PAGE_BYTES;
    uintptr_t *place = &reach->pages[page % REMEMBERED];
    if (*place == page + 1)
        return true;
    *place = page + 1;
    return rp_sys_is_readable(page * PAGE_BYTES + INSIDE_PAGE);
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

APART bool rp_reach_call(const struct rp_call *call) {
    struct reach reach = {{0}};
    /* libc itself reads a shell's text and the live environment. */
    if (call->text != NULL)
        return true;
    return (call->path == NULL || is_text_there(call->path, SIZE_MAX, &reach)) &&
           is_vector_there(call->argv, SIZE_MAX, &reach) &&
           /* Of an environment only names are read, and the values of our own. */
           is_vector_there(call->environment, LOOKED_AT, &reach);
}
