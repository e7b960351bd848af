/* Addresses that nothing is mapped at are found before they are looked at, and only those. */

#include "../check.h"
#include "reach.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

static const char *const nowhere = (const char *)8;
static const char *const *const no_vector = (const char *const *)8;

static bool is_there(const char *path, const char *const *argv, const char *const *environment) {
    struct rp_call call = {.path = path, .argv = argv, .environment = environment};
    return rp_reach_call(&call);
}

/* A string of that many bytes whose NUL is the last byte that there is. */
static const char *text_at_end(size_t len) {
    char *text = check_guarded(NULL, len + 1);
    memset(text, 'x', len);
    text[len] = '\0';
    return text;
}

/* The same without its NUL, so that it goes on where nothing is. */
static const char *endless_text(size_t len) {
    char *text = check_guarded(NULL, len);
    memset(text, 'x', len);
    return text;
}

int main(void) {
    const char *const plain[] = {"a", "b", NULL};
    const char *const bad[] = {"a", nowhere, NULL};
    const char *vector[3] = {"a", NULL, NULL};
    sigset_t before;
    sigset_t after;
    (void)sigprocmask(SIG_SETMASK, NULL, &before);
    CHECK(is_there("/bin/true", plain, plain), "%s", "all");
    CHECK(is_there("/bin/true", NULL, NULL), "%s", "none");
    CHECK(is_there(NULL, plain, plain), "%s", "no path");
    CHECK(!is_there(nowhere, plain, plain), "%s", "the path");
    CHECK(!is_there("/bin/true", no_vector, plain), "%s", "the arguments");
    CHECK(!is_there("/bin/true", bad, plain), "%s", "an argument");
    CHECK(!is_there("/bin/true", plain, no_vector), "%s", "the environment");
    CHECK(!is_there("/bin/true", plain, bad), "%s", "an entry of the environment");
    for (size_t len = 0; len < 9000; len += 897) {
        vector[1] = text_at_end(len);
        CHECK(is_there(vector[1], vector, vector), "%zu bytes up to the end", len);
        vector[1] = endless_text(len + 1);
        CHECK(!is_there(vector[1], plain, plain), "a path beyond the end after %zu bytes", len);
        CHECK(!is_there("/bin/true", vector, plain), "an argument beyond it after %zu", len);
        CHECK(is_there("/bin/true", plain, vector) == (len >= 64), "a name beyond it after %zu",
              len);
        check_release();
    }
    /* A vector without its end. */
    CHECK(!is_there("/bin/true", (const char *const *)check_guarded(bad, sizeof bad[0]), plain),
          "%s", "no NULL");
    check_release();
    (void)sigprocmask(SIG_SETMASK, NULL, &after);
    CHECK(memcmp(&before, &after, 8) == 0, "%s", "the signal mask");
    return check_finish();
}
