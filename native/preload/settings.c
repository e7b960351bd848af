#include "settings.h"

#include "memory.h"

enum { MAX_TOKEN_BYTES = 4096 };

/* Puts pieces one behind the other into the room; NULL when they do not fit. */
static const char *store(struct rp_settings *settings, const char *const *pieces) {
    char *start = settings->room + settings->room_used;
    char *at = start;
    for (; *pieces != NULL; pieces++) {
        size_t len = rp_memory_length(*pieces);
        if (len >= settings->room_bytes - (size_t)(at - settings->room)) {
            settings->captured = false;
            return NULL;
        }
        memcpy(at, *pieces, len);
        at += len;
    }
    *at++ = '\0';
    settings->room_used = (size_t)(at - settings->room);
    return start;
}

/* The value of our copy of a variable, or NULL. */
static const char *value_of(const struct rp_settings *settings, enum rp_variable variable) {
    const char *assignment = settings->assignment[variable];
    return assignment == NULL ? NULL : rp_names_value(assignment, rp_names_variables[variable]);
}

static void store_variable(struct rp_settings *settings, enum rp_variable variable,
                           const char *value, const char *end_of_value) {
    const char *pieces[] = {rp_names_variables[variable], "=", value, end_of_value, NULL};
    settings->assignment[variable] = store(settings, pieces);
}

enum rp_mode rp_settings_parse_mode(const char *word) {
    if (rp_memory_equal(word, "monitor"))
        return RP_MONITOR;
    return rp_memory_equal(word, "disabled") ? RP_DISABLED : RP_ENFORCE;
}

static void take_identity(struct rp_settings *settings, int pid) {
    const char *session = value_of(settings, RP_SESSION);
    settings->own_agent = settings->assignment[RP_AGENT] != NULL;
    settings->agent = settings->own_agent ? value_of(settings, RP_AGENT) : RP_NAMES_DEFAULT_AGENT;
    settings->own_session = session != NULL && !rp_memory_begins(session, RP_NAMES_DEFAULT_SESSION);
    if (session == NULL) {
        char digits[21];
        digits[rp_memory_decimal(digits, pid > 0 ? (unsigned long long)pid : 0)] = '\0';
        store_variable(settings, RP_SESSION, RP_NAMES_DEFAULT_SESSION, digits);
        session = value_of(settings, RP_SESSION);
    }
    settings->session = session != NULL ? session : RP_NAMES_DEFAULT_SESSION;
}

/* The first entry of a loader list with its colon, when it is a sanitizer's runtime; else nothing.
 */
static const char *store_sanitizer(struct rp_settings *settings, const char *list) {
    const char *start;
    size_t len;
    if (list == NULL || (start = rp_names_next_entry(&list, &len)) == NULL ||
        !rp_names_is_sanitizer(start, len) || len + 2 > settings->room_bytes - settings->room_used)
        return "";
    memcpy(settings->room + settings->room_used, start, len);
    start = settings->room + settings->room_used;
    settings->room_used += len + 2;
    settings->room[settings->room_used - 2] = ':';
    settings->room[settings->room_used - 1] = '\0';
    return start;
}

/* A relative name stops being right when the directory changes, so children get the whole path. A
   sanitizer's runtime that stood first at load must do so in children as well, or it ends them. */
static void take_library(struct rp_settings *settings,
                         const struct rp_circumstances *circumstances) {
    const char *name = circumstances->library;
    const char *list = rp_names_find(circumstances->environment, RP_NAMES_LOADER);
    bool relative = name != NULL && *name != '/';
    const char *library[] = {relative ? circumstances->cwd : "", relative ? "/" : "", name, NULL};
    const char *given[] = {name, NULL};
    const char *sanitizer;
    if (name == NULL || *name == '\0' || (relative && circumstances->cwd == NULL)) {
        settings->captured = false;
        return;
    }
    settings->library = store(settings, library);
    if (relative)
        settings->library_name = store(settings, given);
    sanitizer = store_sanitizer(settings, list);
    if (settings->captured) {
        const char *loader[] = {RP_NAMES_LOADER_PREFIX, sanitizer, settings->library, NULL};
        settings->loader = store(settings, loader);
    }
}

static bool is_on(const char *value) {
    return value != NULL && rp_memory_equal(value, "1");
}

/* The values of our variables in one walk, as rp_names_find finds each. */
static void find_variables(const char *const *environment, const char *given[RP_VARIABLE_COUNT]) {
    uint32_t seen = 0;
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *value;
        unsigned variable = rp_names_variable_of(*environment, &value);
        if (variable == RP_VARIABLE_COUNT || (seen >> variable & 1) != 0)
            continue;
        seen |= UINT32_C(1) << variable;
        given[variable] = *value == '\0' ? NULL : value;
    }
}

void rp_settings_take(struct rp_settings *settings, const struct rp_circumstances *circumstances) {
    const char *const *environment = circumstances->environment;
    const char *given[RP_VARIABLE_COUNT] = {NULL};
    const char *value;
    settings->captured = true;
    settings->room_used = 0;
    memset(settings->assignment, 0, sizeof settings->assignment);
    settings->markers = rp_names_find_markers(environment);
    find_variables(environment, given);
    for (int i = 0; i < RP_VARIABLE_COUNT; i++) {
        if (given[i] != NULL)
            store_variable(settings, (enum rp_variable)i, given[i], "");
    }
    value = given[RP_MODE];
    settings->mode = value == NULL ? RP_ENFORCE : rp_settings_parse_mode(value);
    settings->fail_open = given[RP_FAIL_OPEN] == NULL || is_on(given[RP_FAIL_OPEN]);
    settings->debug = is_on(given[RP_DEBUG]);
    settings->quiet = is_on(given[RP_QUIET]);
    settings->token = value_of(settings, RP_TOKEN);
    value = value_of(settings, RP_URL);
    rp_url_parse(value != NULL ? value : RP_NAMES_DEFAULT_URL, &settings->url);
    if (settings->token != NULL && (!rp_memory_is_clean(settings->token, ' ') ||
                                    rp_memory_length(settings->token) > MAX_TOKEN_BYTES))
        settings->url.kind = RP_URL_UNUSABLE;
    take_identity(settings, circumstances->pid);
    take_library(settings, circumstances);
}
