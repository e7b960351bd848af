#include "links.h"

#include "sys.h"

/* What is not there leads nowhere; what cannot be looked at may lead anywhere. */
static bool is_absent(long failure) {
    return failure == -ENOENT || failure == -ENOTDIR || failure == -ENAMETOOLONG;
}

static bool is_unlinked(const char *path) {
    const char *at = path;
    char byte;
    long result;
    while (*at != '\0' && *at != '/')
        at++;
    /* A name alone is looked at without a descriptor. */
    if (*at == '\0') {
        result = rp_sys_readlink(path, &byte, 1);
        return result == -EINVAL || is_absent(result);
    }
    result = rp_sys_open_unlinked(path);
    if (result < 0)
        return is_absent(result);
    (void)rp_sys_close((int)result);
    return true;
}

bool rp_links_are_absent(const struct rp_question *question) {
    if (question->text != NULL)
        return is_unlinked("-c") && is_unlinked(question->text);
    for (const char *const *at = question->argv + 1; *at != NULL; at++) {
        if (!is_unlinked(*at))
            return false;
    }
    return true;
}
