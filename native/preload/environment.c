#include "environment.h"

#include "memory.h"

#include <stdint.h>

enum { LOADER = RP_VARIABLE_COUNT, OPTIONS, FOREIGN };

#define OPTIONS_NAME "ASAN_OPTIONS"
#define NO_ORDER "verify_asan_link_order=0"

/* Which of ours an assignment is for: an rp_variable, LOADER, OPTIONS or FOREIGN. */
static int kind_of(const char *assignment, const struct rp_child *child, const char **value) {
    unsigned variable;
    /* Nearly every assignment begins with another letter. */
    if (*assignment != RP_NAMES_LOADER[0] && *assignment != OPTIONS_NAME[0] &&
        *assignment != RP_NAMES_OWN[0])
        return FOREIGN;
    *value = rp_names_value(assignment, RP_NAMES_LOADER);
    if (*value != NULL)
        return LOADER;
    *value = child->sanitized ? rp_names_value(assignment, OPTIONS_NAME) : NULL;
    if (*value != NULL)
        return OPTIONS;
    variable = rp_names_variable_of(assignment, value);
    return variable == RP_VARIABLE_COUNT ? FOREIGN : (int)variable;
}

/* Whether a child may have this value although it is not ours: it tightens, or says what we were
   not told. */
static bool is_granted(const struct rp_settings *settings, const struct rp_child *child,
                       int variable, const char *value) {
    if (*value == '\0')
        return false;
    switch (variable) {
    case RP_MODE:
        return rp_settings_parse_mode(value) < settings->mode;
    case RP_FAIL_OPEN:
        return settings->fail_open && !rp_memory_equal(value, "1");
    case RP_AGENT:
        return !settings->own_agent && child->agent == NULL;
    case RP_SESSION:
        return !settings->own_session;
    default:
        return false;
    }
}

/* What we put into the child for a variable; NULL for nothing. */
static const char *own_assignment(const struct rp_settings *settings, const struct rp_child *child,
                                  int variable) {
    return variable == RP_AGENT && child->agent != NULL ? child->agent
                                                        : settings->assignment[variable];
}

/* Whether an assignment of that value to one of our variables may stay as it is. */
static bool may_stay(const struct rp_settings *settings, const struct rp_child *child, int variable,
                     const char *assignment, const char *value) {
    const char *own = own_assignment(settings, child, variable);
    if (own == NULL ? *value == '\0' : rp_memory_equal(assignment, own))
        return true;
    return is_granted(settings, child, variable, value);
}

static bool is_entry(const char *entry, size_t len, const char *path) {
    return path != NULL && rp_memory_length(path) == len && memcmp(entry, path, len) == 0;
}

static bool names_library_once(const struct rp_settings *settings, const char *list) {
    const char *entry;
    unsigned times = 0;
    size_t len;
    while ((entry = rp_names_next_entry(&list, &len)) != NULL)
        times += is_entry(entry, len, settings->library);
    return times == 1;
}

static bool contains(const char *text, const char *part) {
    for (; *text != '\0'; text++) {
        if (rp_memory_begins(text, part))
            return true;
    }
    return false;
}

/* Writes the loader list anew: ours first, the others in their order; a sanitizer's runtime that
   was first stays first. */
static void write_list(const struct rp_settings *settings, const char *list, char *at) {
    const char *entry;
    size_t len;
    bool placed = false;
    bool first = true;
    at = rp_memory_append(at, RP_NAMES_LOADER_PREFIX);
    while ((entry = rp_names_next_entry(&list, &len)) != NULL) {
        if (!placed && !(first && rp_names_is_sanitizer(entry, len))) {
            at = rp_memory_append(at, settings->library);
            *at++ = ':';
            placed = true;
        }
        first = false;
        if (is_entry(entry, len, settings->library) || is_entry(entry, len, settings->library_name))
            continue;
        memcpy(at, entry, len);
        at += len;
        *at++ = ':';
    }
    if (!placed)
        at = rp_memory_append(at, settings->library);
    else
        at--;
    *at = '\0';
}

/* Writes the sanitizer's options anew: what was there stays, ours stands behind it. */
static void write_options(const char *options, char *at) {
    at = rp_memory_append(at, OPTIONS_NAME "=");
    if (options != NULL && *options != '\0') {
        at = rp_memory_append(at, options);
        *at++ = ':';
    }
    (void)rp_memory_append(at, NO_ORDER);
}

/* An environment on its way into a child. Of what is written anew the place is kept, and what it is
   made of: of several loader lists glibc takes the last and musl the first, so only one is left,
   and of several options the first, as getenv takes them. */
struct arming {
    const struct rp_settings *settings;
    const struct rp_child *child;
    const char **into; /* NULL: only counted */
    size_t count;
    size_t lists;
    size_t list_at;
    const char *list; /* NULL when there is none */
    size_t options_at;
    const char *options; /* NULL when there are none */
    bool has[RP_VARIABLE_COUNT];
    bool changed;
};

/* Puts an entry behind the others; gives its place. */
static size_t put(struct arming *arming, const char *assignment) {
    if (arming->into != NULL)
        arming->into[arming->count] = assignment;
    return arming->count++;
}

/* Takes what stays of the caller's environment. */
static void take(struct arming *arming, const char *assignment) {
    const char *value;
    int kind = kind_of(assignment, arming->child, &value);
    if (kind == LOADER) {
        if (arming->lists++ == 0)
            arming->list_at = put(arming, assignment);
        arming->list = value;
    } else if (kind == OPTIONS) {
        if (arming->options != NULL)
            return;
        arming->options_at = put(arming, assignment);
        arming->options = value;
    } else if (kind == FOREIGN) {
        (void)put(arming, assignment);
    } else if (!arming->has[kind] &&
               may_stay(arming->settings, arming->child, kind, assignment, value)) {
        arming->has[kind] = true;
        (void)put(arming, assignment);
    } else {
        arming->changed = true;
    }
}

/* Adds what is ours and missing; gives how much room the loader list takes when it is written anew.
 */
static size_t add_own(struct arming *arming) {
    const struct rp_settings *settings = arming->settings;
    bool loads = settings->loader == NULL ||
                 (arming->lists == 1 && names_library_once(settings, arming->list));
    if (!loads && arming->list == NULL)
        (void)put(arming, settings->loader);
    for (int i = 0; i < RP_VARIABLE_COUNT; i++) {
        const char *own = own_assignment(settings, arming->child, i);
        if (arming->has[i] || own == NULL)
            continue;
        (void)put(arming, own);
        arming->changed = true;
    }
    arming->changed = arming->changed || !loads;
    return loads || arming->list == NULL
               ? 0
               : rp_memory_length(settings->loader) + rp_memory_length(arming->list) + 3;
}

/* Adds the sanitizer's options where there are none; gives how much room they take when they are
   written anew. */
static size_t add_options(struct arming *arming) {
    const char *options = arming->options;
    if (!arming->child->sanitized ||
        (options != NULL && contains(options, "verify_asan_link_order")))
        return 0;
    if (options == NULL)
        arming->options_at = put(arming, NULL);
    arming->changed = true;
    return sizeof OPTIONS_NAME + sizeof NO_ORDER + 1 +
           (options == NULL ? 0 : rp_memory_length(options));
}

size_t rp_environment_arm(const struct rp_settings *settings, const char *const *environment,
                          const struct rp_child *child, const char **into) {
    struct arming arming;
    size_t list_bytes;
    size_t options_bytes;
    memset(&arming, 0, sizeof arming);
    arming.settings = settings;
    arming.child = child;
    arming.into = into;
    for (; environment != NULL && *environment != NULL; environment++)
        take(&arming, *environment);
    list_bytes = add_own(&arming);
    options_bytes = add_options(&arming);
    if (into != NULL) {
        char *text = (char *)(into + arming.count + 1);
        into[arming.count] = NULL;
        if (list_bytes > 0) {
            into[arming.list_at] = text;
            write_list(settings, arming.list, text);
        }
        if (options_bytes > 0) {
            into[arming.options_at] = text + list_bytes;
            write_options(arming.options, text + list_bytes);
        }
    }
    return arming.changed ? (arming.count + 1) * sizeof *into + list_bytes + options_bytes : 0;
}
