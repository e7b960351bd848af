#include "environment.h"

#include "memory.h"

#include <stdint.h>

enum { LOADER = RP_VARIABLE_COUNT, OPTIONS, FOREIGN };

#define OPTIONS_NAME "ASAN_OPTIONS"
#define NO_ORDER "verify_asan_link_order=0"

/* Which of ours an assignment is for: an rp_variable, LOADER, OPTIONS or FOREIGN. */
static int kind_of(const char *assignment, const struct rp_child *child, const char **value) {
    static const char prefix[] = "RAMPART_";
    *value = rp_names_value(assignment, RP_NAMES_LOADER);
    if (*value != NULL)
        return LOADER;
    *value = child->sanitized ? rp_names_value(assignment, OPTIONS_NAME) : NULL;
    if (*value != NULL)
        return OPTIONS;
    if (!rp_memory_begins(assignment, prefix))
        return FOREIGN;
    for (int i = 0; i < RP_VARIABLE_COUNT; i++) {
        *value = rp_names_value(assignment, rp_names_variables[i]);
        if (*value != NULL)
            return i;
    }
    return FOREIGN;
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

/* Whether an assignment of one of our variables may stay as it is. */
static bool may_stay(const struct rp_settings *settings, const struct rp_child *child, int variable,
                     const char *assignment) {
    const char *own = own_assignment(settings, child, variable);
    const char *value = rp_names_value(assignment, rp_names_variables[variable]);
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

/* What must be done to an environment. */
struct plan {
    const struct rp_child *child;
    size_t kept;          /* entries that stay */
    size_t added;         /* entries of ours behind them */
    const char *list;     /* the loader list in force, NULL when there is none */
    size_t list_bytes;    /* room for its new form, 0 when it needs none */
    const char *options;  /* the sanitizer's options, NULL when there are none */
    size_t options_bytes; /* room for their new form, 0 when they need none */
    bool has_loader;      /* the list stays as it is */
    bool has[RP_VARIABLE_COUNT];
    bool changed;
};

/* Of several loader lists glibc takes the last and musl the first: only one may be left. */
static void note_loader(const struct rp_settings *settings, struct plan *plan, const char *value) {
    plan->has_loader = plan->list == NULL && names_library_once(settings, value);
    plan->list = value;
}

static void note_variable(const struct rp_settings *settings, struct plan *plan, int variable,
                          const char *assignment) {
    if (!plan->has[variable] && may_stay(settings, plan->child, variable, assignment)) {
        plan->has[variable] = true;
        plan->kept++;
    } else {
        plan->changed = true;
    }
}

/* What must be done about the loader list, once every entry was seen. */
static void plan_loader(const struct rp_settings *settings, struct plan *plan) {
    if (plan->list != NULL || settings->loader != NULL)
        plan->kept++;
    if (settings->loader == NULL || plan->has_loader) {
        plan->has_loader = true;
        return;
    }
    plan->changed = true;
    if (plan->list != NULL)
        plan->list_bytes = rp_memory_length(settings->loader) + rp_memory_length(plan->list) + 3;
}

static bool contains(const char *text, const char *part) {
    for (; *text != '\0'; text++) {
        if (rp_memory_begins(text, part))
            return true;
    }
    return false;
}

/* What must be done about the sanitizer's options. */
static void plan_options(struct plan *plan) {
    if (!plan->child->sanitized)
        return;
    plan->kept++;
    if (plan->options != NULL && contains(plan->options, "verify_asan_link_order"))
        return;
    plan->changed = true;
    plan->options_bytes = sizeof OPTIONS_NAME + sizeof NO_ORDER + 1 +
                          (plan->options == NULL ? 0 : rp_memory_length(plan->options));
}

static void make_plan(const struct rp_settings *settings, const char *const *environment,
                      const struct rp_child *child, struct plan *plan) {
    memset(plan, 0, sizeof *plan);
    plan->child = child;
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *value;
        int kind = kind_of(*environment, child, &value);
        if (kind == FOREIGN)
            plan->kept++;
        else if (kind == LOADER)
            note_loader(settings, plan, value);
        else if (kind == OPTIONS)
            plan->options = plan->options != NULL ? plan->options : value; /* as getenv takes it */
        else
            note_variable(settings, plan, kind, *environment);
    }
    for (int i = 0; i < RP_VARIABLE_COUNT; i++) {
        if (!plan->has[i] && own_assignment(settings, child, i) != NULL)
            plan->added++;
    }
    plan->changed = plan->changed || plan->added > 0;
    plan_loader(settings, plan);
    plan_options(plan);
}

size_t rp_environment_measure(const struct rp_settings *settings, const char *const *environment,
                              const struct rp_child *child) {
    struct plan plan;
    make_plan(settings, environment, child, &plan);
    if (!plan.changed)
        return 0;
    return (plan.kept + plan.added + 1) * sizeof(char *) + plan.list_bytes + plan.options_bytes;
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

/* Puts what had to be written anew in front; says in *done which entries must not follow. */
static const char **put_written(const struct rp_settings *settings, const struct plan *plan,
                                const char **into, bool done[FOREIGN]) {
    char *text = (char *)(into + plan->kept + plan->added + 1);
    if (!plan->has_loader) {
        if (plan->list != NULL)
            write_list(settings, plan->list, text);
        *into++ = plan->list != NULL ? text : settings->loader;
        done[LOADER] = true;
    }
    if (plan->options_bytes > 0) {
        write_options(plan->options, text + plan->list_bytes);
        *into++ = text + plan->list_bytes;
        done[OPTIONS] = true;
    }
    return into;
}

const char *const *rp_environment_fill(const struct rp_settings *settings,
                                       const char *const *environment, const struct rp_child *child,
                                       void *block) {
    const char **start = block;
    const char **into;
    struct plan plan;
    bool done[FOREIGN] = {false};
    make_plan(settings, environment, child, &plan);
    into = put_written(settings, &plan, start, done);
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *value;
        int kind = kind_of(*environment, child, &value);
        bool stays = kind == FOREIGN ||
                     (!done[kind] &&
                      (kind >= RP_VARIABLE_COUNT || may_stay(settings, child, kind, *environment)));
        if (stays)
            *into++ = *environment;
        if (stays && kind != FOREIGN)
            done[kind] = true;
    }
    for (int i = 0; i < RP_VARIABLE_COUNT; i++) {
        const char *own = own_assignment(settings, child, i);
        if (!done[i] && own != NULL)
            *into++ = own;
    }
    *into = NULL;
    return start;
}
