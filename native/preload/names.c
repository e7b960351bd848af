#include "names.h"

#include "memory.h"

const char rp_names_markers[RP_NAMES_MARKER_COUNT][RP_NAMES_MARKER_BYTES] = {
    "AI_AGENT",
    "AGENT",
    "CLAUDE_CODE_CHILD_SESSION",
    "CLAUDECODE",
    "CODEX_THREAD_ID",
    "CODEX_SANDBOX",
    "CODEX_SANDBOX_NETWORK_DISABLED",
    "CODEX_CI",
    "COPILOT_AGENT",
    "COPILOT_CLI",
    "COPILOT_AGENT_SESSION_ID",
    "CURSOR_AGENT",
    "GEMINI_CLI",
    "QWEN_CODE",
    "CLINE_ACTIVE",
    "ROO_ACTIVE",
    "KILO",
    "OPENCODE",
    "GOOSE_TERMINAL",
    "AMP_CURRENT_THREAD_ID",
    "AUGMENT_AGENT",
    "ANTIGRAVITY_AGENT",
    "CRUSH",
    "PI_CODING_AGENT",
    "TRAE_AI_SHELL_ID",
    "KIRO_SESSION_ID",
    "JUNIE_DATA",
    "OPENCLAW_SHELL",
    "GROK_AGENT",
    "OZ_RUN_ID",
};

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
    for (; environment != NULL && *environment != NULL; environment++) {
        for (unsigned i = 0; i < RP_NAMES_MARKER_COUNT; i++) {
            const char *value = rp_names_value(*environment, rp_names_markers[i]);
            if (value != NULL && says_yes(value))
                found |= UINT32_C(1) << i;
        }
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
