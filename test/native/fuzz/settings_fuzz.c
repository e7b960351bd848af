/* Any strings as the environment at load, with the room for copies almost used up: what is taken is
   one of the few things it may be, and everything kept stands in the room. */

#include "settings.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len);

enum { MAX_ENTRIES = 64, LIBRARIES = 4 };

static void check_text(const struct rp_settings *settings, const char *text) {
    if (text != NULL && (text < settings->room || text >= settings->room + settings->room_used))
        abort();
}

static void check_url(const struct rp_url *url) {
    if (url->kind == RP_URL_UNIX && (url->path.len > RP_URL_MAX_SOCKET_PATH ||
                                     url->directory_len >= url->path.len || url->path.len == 0))
        abort();
    if (url->kind == RP_URL_HTTP && (url->port == 0 || url->host.len == 0))
        abort();
}

static void check(const struct rp_settings *settings) {
    if (settings->room_used > settings->room_bytes || settings->mode > RP_DISABLED ||
        settings->agent == NULL || settings->session == NULL)
        abort();
    if (settings->captured && (settings->loader == NULL || settings->library == NULL))
        abort();
    for (int i = 0; i < RP_VARIABLE_COUNT; i++)
        check_text(settings, settings->assignment[i]);
    check_text(settings, settings->loader);
    check_text(settings, settings->library);
    check_url(&settings->url);
}

/* One argument more than the fuzzer gives: an agent's name that leaves `spare` bytes of the room.
 */
static char *fill(size_t spare) {
    static const char name[] = "RAMPART_AGENT=";
    size_t len = RP_SETTINGS_ROOM - 1 - spare;
    char *text = malloc(len + 1);
    memset(text, 'a', len);
    memcpy(text, name, sizeof name - 1);
    text[len] = '\0';
    return text;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len) {
    static const char *const libraries[LIBRARIES] = {"/l/r.so", "r.so", "", NULL};
    struct rp_settings *settings = calloc(1, sizeof *settings);
    const char *environment[MAX_ENTRIES + 2];
    struct rp_circumstances circumstances = {environment, NULL, NULL, 7};
    unsigned choice = len > 0 ? bytes[0] : 0;
    char *copy = malloc(len + 1);
    char *filler = choice >= 128 ? fill(choice - 128) : NULL;
    struct rp_url url;
    size_t count = 0;
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    if (filler != NULL)
        environment[count++] = filler;
    for (char *at = copy + (len > 0); at <= copy + len && count < MAX_ENTRIES; at += strlen(at) + 1)
        environment[count++] = at;
    environment[count] = NULL;
    circumstances.library = libraries[choice % LIBRARIES];
    circumstances.cwd = choice % 8 < LIBRARIES ? "/w" : NULL;
    settings->room = malloc(RP_SETTINGS_ROOM);
    settings->room_bytes = RP_SETTINGS_ROOM;
    rp_settings_take(settings, &circumstances);
    check(settings);
    rp_url_parse(copy, &url);
    check_url(&url);
    free(settings->room);
    free(settings);
    free(filler);
    free(copy);
    return 0;
}
