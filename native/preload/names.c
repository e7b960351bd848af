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

uint32_t rp_names_find_markers(const char *const *environment) {
    uint32_t found = 0;
    const char *name = rp_names_markers;
    for (unsigned i = 0; i < RP_NAMES_MARKER_COUNT && environment != NULL; i++) {
        for (const char *const *at = environment; *at != NULL; at++) {
            const char *value;
            /* Nearly all end here, of some thousand. */
            if ((*at)[0] != name[0] || (*at)[1] != name[1])
                continue;
            value = rp_names_value(*at, name);
            if (value != NULL && says_yes(value))
                found |= UINT32_C(1) << i;
        }
        name = rp_memory_nth(name, 1);
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
