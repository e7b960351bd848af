#include "names.h"

#include "memory.h"

const char rp_names_markers[] =
    "AI_AGENT\0AGENT\0CLAUDE_CODE_CHILD_SESSION\0CLAUDECODE\0CODEX_THREAD_ID\0CODEX_SANDBOX\0"
    "CODEX_SANDBOX_NETWORK_DISABLED\0CODEX_CI\0COPILOT_AGENT\0COPILOT_CLI\0"
    "COPILOT_AGENT_SESSION_ID\0CURSOR_AGENT\0GEMINI_CLI\0QWEN_CODE\0CLINE_ACTIVE\0ROO_ACTIVE\0"
    "KILO\0OPENCODE\0GOOSE_TERMINAL\0AMP_CURRENT_THREAD_ID\0AUGMENT_AGENT\0ANTIGRAVITY_AGENT\0"
    "CRUSH\0PI_CODING_AGENT\0TRAE_AI_SHELL_ID\0KIRO_SESSION_ID\0JUNIE_DATA\0OPENCLAW_SHELL\0"
    "GROK_AGENT\0OZ_RUN_ID";

const char rp_names_variables[RP_VARIABLE_COUNT][RP_NAMES_VARIABLE_BYTES] = {
    "RAMPART_URL",   "RAMPART_TOKEN",   "RAMPART_MODE",  "RAMPART_FAIL_OPEN",
    "RAMPART_AGENT", "RAMPART_SESSION", "RAMPART_DEBUG", "RAMPART_QUIET",
};

const char *rp_names_value(const char *assignment, const char *name) {
    while (*name != '\0' && *assignment == *name) {
        assignment++;
        name++;
    }
    return *name == '\0' && *assignment == '=' ? assignment + 1 : NULL;
}

unsigned rp_names_variable_of(const char *assignment, const char **value) {
    unsigned i = 0;
    /* Nearly every assignment ends here. */
    if (!rp_memory_begins(assignment, RP_NAMES_OWN))
        return RP_VARIABLE_COUNT;
    while (i < RP_VARIABLE_COUNT &&
           (*value = rp_names_value(assignment, rp_names_variables[i])) == NULL)
        i++;
    return i;
}

const char *rp_names_find(const char *const *environment, const char *name) {
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *value = rp_names_value(*environment, name);
        if (value != NULL)
            return *value == '\0' ? NULL : value;
    }
    return NULL;
}

static bool says_yes(const char *value) {
    static const char no[][6] = {"", "0", "false", "no", "off"};
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++) {
        if (rp_memory_equal(value, no[i]))
            return false;
    }
    return true;
}

/* The bit of the marker that an assignment is for, when its value says yes; else 0. */
static uint32_t bit_of(const char *assignment) {
    /* The first three letters of each: hardly a name of others begins so, and whose does is walked
       to over those in front. */
    static const char beginnings[] = "AI_AGECLACLACODCODCODCODCOPCOPCOPCURGEMQWECLI"
                                     "ROOKILOPEGOOAMPAUGANTCRUPI_TRAKIRJUNOPEGROOZ_";
    _Static_assert(sizeof beginnings == 3 * RP_NAMES_MARKER_COUNT + 1, "three of each");
    const char *letters = beginnings;
    for (unsigned i = 0; i < RP_NAMES_MARKER_COUNT; i++, letters += 3) {
        const char *value;
        if (letters[0] != assignment[0] || letters[1] != assignment[1] ||
            letters[2] != assignment[2])
            continue;
        value = rp_names_value(assignment, rp_memory_nth(rp_names_markers, i));
        if (value != NULL)
            return says_yes(value) ? UINT32_C(1) << i : 0;
    }
    return 0;
}

uint32_t rp_names_find_markers(const char *const *environment) {
    /* The letters that markers begin with, and the second ones: most of an environment has neither,
       PATH and our own variables among it. */
    enum {
        FIRST = 1 << ('A' & 31) | 1 << ('C' & 31) | 1 << ('G' & 31) | 1 << ('J' & 31) |
                1 << ('K' & 31) | 1 << ('O' & 31) | 1 << ('P' & 31) | 1 << ('Q' & 31) |
                1 << ('R' & 31) | 1 << ('T' & 31),
        SECOND = 1 << ('E' & 31) | 1 << ('G' & 31) | 1 << ('I' & 31) | 1 << ('L' & 31) |
                 1 << ('M' & 31) | 1 << ('N' & 31) | 1 << ('O' & 31) | 1 << ('P' & 31) |
                 1 << ('R' & 31) | 1 << ('U' & 31) | 1 << ('W' & 31) | 1 << ('Z' & 31)
    };
    uint32_t found = 0;
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *name = *environment;
        if ((FIRST >> (name[0] & 31) & 1) != 0 && (SECOND >> (name[1] & 31) & 1) != 0)
            found |= bit_of(name);
    }
    return found;
}

static bool is_separator(char byte) {
#if defined(__APPLE__)
    return byte == ':';
#else
    return byte == ':' || byte == ' ';
#endif
}

const char *rp_names_next_entry(const char **list, size_t *len) {
    const char *start;
    while (is_separator(**list))
        (*list)++;
    start = *list;
    while (**list != '\0' && !is_separator(**list))
        (*list)++;
    *len = (size_t)(*list - start);
    return *len == 0 ? NULL : start;
}

bool rp_names_is_sanitizer(const char *entry, size_t len) {
    static const char names[][7] = {"asan", "tsan", "lsan", "hwasan"};
    const char *end = entry + len;
    const char *name = entry;
    for (const char *at = entry; at < end; at++) {
        if (*at == '/')
            name = at + 1;
    }
    if (end - name < 7 || !rp_memory_begins(name, "lib"))
        return false;
    name += 3;
    if (rp_memory_begins(name, "clang_rt."))
        name += 9;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (rp_memory_begins(name, names[i]))
            return true;
    }
    return false;
}
