/* Any strings as an environment: what is built fits what was measured, is armed, and is left alone
   the next time; foreign entries keep their order. */

#include "environment.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len);

enum { MAX_ENTRIES = 64 };

static struct rp_settings settings;
static char room[RP_SETTINGS_ROOM];

static void take(unsigned choice) {
    static const char *const captured[][3] = {
        {"RAMPART_URL=unix:///a/s", NULL},
        {"RAMPART_MODE=monitor", "RAMPART_FAIL_OPEN=0", NULL},
        {"RAMPART_AGENT=a", "RAMPART_SESSION=s", NULL},
        {"LD_PRELOAD=libasan.so.8:/l/r.so", NULL},
    };
    struct rp_circumstances circumstances = {captured[choice % 4], "/l/r.so", NULL, 1};
    memset(&settings, 0, sizeof settings);
    settings.room = room;
    settings.room_bytes = sizeof room;
    rp_settings_take(&settings, &circumstances);
}

static bool is_foreign(const char *entry) {
    return strncmp(entry, "RAMPART_", 8) != 0 && strncmp(entry, "LD_PRELOAD=", 11) != 0 &&
           strncmp(entry, "ASAN_OPTIONS=", 13) != 0;
}

static const char *const *next_foreign(const char *const *at) {
    while (*at != NULL && !is_foreign(*at))
        at++;
    return at;
}

static void check_order(const char *const *before, const char *const *after) {
    for (;;) {
        before = next_foreign(before);
        after = next_foreign(after);
        if (*before == NULL || *after == NULL)
            break;
        if (*before++ != *after++)
            abort();
    }
    if (*before != *after)
        abort();
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len) {
    char *copy = malloc(len + 1);
    const char *environment[MAX_ENTRIES + 1];
    const char *const *armed = environment;
    struct rp_child child = {len % 2 == 1, len % 3 == 1 ? "RAMPART_AGENT=codex" : NULL};
    size_t count = 0;
    size_t size;
    const char **block = NULL;
    bool named = false;
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    for (char *at = copy; at <= copy + len && count < MAX_ENTRIES; at += strlen(at) + 1)
        environment[count++] = at;
    environment[count] = NULL;
    take(len > 0 ? bytes[0] : 0);
    size = rp_environment_arm(&settings, environment, &child, NULL);
    if (size > 0) {
        block = malloc(size);
        if (rp_environment_arm(&settings, environment, &child, block) != size)
            abort();
        armed = block;
    }
    if (rp_environment_arm(&settings, armed, &child, NULL) != 0)
        abort();
    for (size_t i = 0; armed[i] != NULL; i++)
        named = named || (strncmp(armed[i], "LD_PRELOAD=", 11) == 0 && strstr(armed[i], "/l/r.so"));
    if (!named)
        abort();
    check_order(environment, armed);
    free(block);
    free(copy);
    return 0;
}
