/* What is captured at load, and what a child's environment becomes. */

#include "../check.h"
#include "environment.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct rp_settings settings;

static void take(const char *const *environment, const char *library, const char *cwd) {
    static char room[RP_SETTINGS_ROOM];
    struct rp_circumstances circumstances = {environment, library, cwd, 42};
    memset(&settings, 0, sizeof settings);
    settings.room = room;
    settings.room_bytes = sizeof room;
    rp_settings_take(&settings, &circumstances);
}

#define ENVIRONMENT(...)                                                                           \
    (const char *const[]) {                                                                        \
        __VA_ARGS__, NULL                                                                          \
    }

/* A child's environment as one text, one entry a line; the block ends at the end of a page. */
static char *armed(const char *const *environment, struct rp_child child) {
    static char text[8192];
    size_t bytes = rp_environment_arm(&settings, environment, &child, NULL);
    const char *const *result = environment;
    size_t used = 0;
    if (bytes > 0) {
        size_t aligned = (bytes + 7) & ~(size_t)7;
        const char **block = (const char **)(void *)check_guarded(NULL, aligned);
        CHECK(rp_environment_arm(&settings, environment, &child, block) == bytes, "%zu", bytes);
        CHECK(rp_environment_arm(&settings, block, &child, NULL) == 0, "%s",
              "an armed one is left alone");
        result = block;
    }
    text[0] = '\0';
    for (; result != NULL && *result != NULL; result++)
        used += (size_t)snprintf(text + used, sizeof text - used, "%s\n", *result);
    check_release();
    return text;
}

static void check_armed(const char *const *environment, const char *expected) {
    char *text = armed(environment, (struct rp_child){false, NULL});
    CHECK(strcmp(text, expected) == 0, "expected\n%sgot\n%s", expected, text);
}

static void check_defaults(void) {
    take(NULL, "/l/librampart.so", NULL);
    CHECK(settings.captured && settings.mode == RP_ENFORCE && settings.fail_open, "%s", "defaults");
    CHECK(!settings.debug && !settings.quiet && settings.token == NULL, "%s", "defaults");
    CHECK(strcmp(settings.agent, "preload") == 0, "%s", settings.agent);
    CHECK(strcmp(settings.session, "preload-42") == 0, "%s", settings.session);
    CHECK(settings.url.kind == RP_URL_HTTP && settings.url.port == 19090, "%u", settings.url.port);
    take(ENVIRONMENT("RAMPART_URL=", "RAMPART_MODE=", "RAMPART_FAIL_OPEN=", "RAMPART_AGENT=",
                     "RAMPART_SESSION=", "RAMPART_TOKEN="),
         "/l/librampart.so", NULL);
    CHECK(settings.url.port == 19090 && settings.mode == RP_ENFORCE && settings.fail_open &&
              settings.token == NULL && strcmp(settings.session, "preload-42") == 0,
          "%s", "empty means not set");
}

static void check_values_taken(void) {
    static const struct {
        const char *value;
        enum rp_mode mode;
    } modes[] = {{"RAMPART_MODE=monitor", RP_MONITOR},
                 {"RAMPART_MODE=disabled", RP_DISABLED},
                 {"RAMPART_MODE=enforce", RP_ENFORCE},
                 {"RAMPART_MODE=Disabled", RP_ENFORCE},
                 {"RAMPART_MODE=off", RP_ENFORCE}};
    static const struct {
        const char *value;
        bool open;
    } fails[] = {{"RAMPART_FAIL_OPEN=1", true},
                 {"RAMPART_FAIL_OPEN=0", false},
                 {"RAMPART_FAIL_OPEN=true", false},
                 {"RAMPART_FAIL_OPEN=11", false}};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        take(ENVIRONMENT(modes[i].value), "/l/x.so", NULL);
        CHECK(settings.mode == modes[i].mode, "%s", modes[i].value);
    }
    for (size_t i = 0; i < sizeof fails / sizeof fails[0]; i++) {
        take(ENVIRONMENT(fails[i].value), "/l/x.so", NULL);
        CHECK(settings.fail_open == fails[i].open, "%s", fails[i].value);
    }
    take(ENVIRONMENT("RAMPART_AGENT=codex", "RAMPART_SESSION=s", "RAMPART_DEBUG=1",
                     "RAMPART_QUIET=1", "RAMPART_TOKEN=t"),
         "/l/x.so", NULL);
    CHECK(strcmp(settings.agent, "codex") == 0 && strcmp(settings.session, "s") == 0 &&
              settings.debug && settings.quiet && strcmp(settings.token, "t") == 0,
          "%s", "given");
}

/* Later changes of the environment's memory do not reach what was captured. */
static void check_copied(void) {
    char assignment[] = "RAMPART_URL=unix:///a/endpoint.sock";
    take(ENVIRONMENT(assignment), "/l/x.so", NULL);
    memset(assignment, 'x', sizeof assignment - 1);
    CHECK(settings.url.path.len == 16 && memcmp(settings.url.path.at, "/a/endpoint.sock", 16) == 0,
          "%.*s", (int)settings.url.path.len, settings.url.path.at);
}

static void check_not_captured(void) {
    static char large[RP_SETTINGS_ROOM + 64];
    memset(large, 'a', sizeof large - 1);
    memcpy(large, "RAMPART_AGENT=", 14);
    take(ENVIRONMENT(large, "RAMPART_MODE=monitor"), "/l/x.so", NULL);
    CHECK(!settings.captured && settings.mode == RP_MONITOR, "%s", "too large an agent");
    (void)armed(ENVIRONMENT("A=b"), (struct rp_child){false, NULL});
    take(NULL, NULL, "/");
    CHECK(!settings.captured, "%s", "no path of our own");
    take(NULL, "x.so", NULL);
    CHECK(!settings.captured, "%s", "a relative path without a directory");
    take(ENVIRONMENT("RAMPART_TOKEN=a\nb"), "/l/x.so", NULL);
    CHECK(settings.url.kind == RP_URL_UNUSABLE, "%s", "a token with a line feed");
}

/* However much of the room is used up, nothing is written behind it. */
static void check_full_room(void) {
    static char large[RP_SETTINGS_ROOM];
    for (size_t spare = 0; spare < 64; spare++) {
        size_t len = sizeof large - spare - 1;
        memset(large, 'a', len);
        large[len] = '\0';
        memcpy(large, "RAMPART_AGENT=", 14);
        take(ENVIRONMENT(large, "RAMPART_SESSION=s", "LD_PRELOAD=/u/libasan.so.8:/l/r.so"),
             "/l/r.so", NULL);
        CHECK(!settings.captured || settings.room_used <= RP_SETTINGS_ROOM, "%zu", spare);
    }
}

/* What did not fit is taken again in a larger room, as if it were for the first time. */
static void check_larger_room(void) {
    static const char *const environment[] = {"RAMPART_AGENT=a", "RAMPART_URL=unix:///d/socket",
                                              NULL};
    const struct rp_circumstances circumstances = {environment, "/l/r.so", NULL, 42};
    char large[256];
    memset(&settings, 0, sizeof settings);
    settings.room = large;
    settings.room_bytes = 64;
    rp_settings_take(&settings, &circumstances);
    CHECK(!settings.captured, "%s", "64 bytes");
    settings.room_bytes = sizeof large;
    rp_settings_take(&settings, &circumstances);
    CHECK(settings.captured && settings.url.kind == RP_URL_UNIX, "%s", "256 bytes");
    CHECK(strcmp(settings.loader, "LD_PRELOAD=/l/r.so") == 0, "%s", settings.loader);
    CHECK(strcmp(settings.session, "preload-42") == 0, "%s", settings.session);
}

static void check_markers(void) {
    take(ENVIRONMENT("CLAUDECODE=1", "AGENT=0", "CODEX_CI=false", "KILO=no", "CRUSH=off",
                     "AI_AGENT=", "OPENCODE=yes"),
         "/l/x.so", NULL);
    CHECK(settings.markers == (UINT32_C(1) << 3 | UINT32_C(1) << 17), "%x", settings.markers);
    for (unsigned i = 0; i < RP_NAMES_MARKER_COUNT; i++) {
        char alone[64];
        char longer[64];
        const char *environment[] = {"A=b", longer, alone, NULL};
        (void)snprintf(alone, sizeof alone, "%s=1", rp_memory_nth(rp_names_markers, i));
        (void)snprintf(longer, sizeof longer, "%sX=1", rp_memory_nth(rp_names_markers, i));
        take(environment, "/l/x.so", NULL);
        CHECK(settings.markers == UINT32_C(1) << i, "%s: %x", alone, settings.markers);
    }
}

/* Of a variable that is there twice the first counts, an empty one too. */
static void check_first_values(void) {
    take(ENVIRONMENT("RAMPART_MODE=monitor", "RAMPART_AGENT=", "RAMPART_AGENT=a",
                     "RAMPART_MODE=disabled"),
         "/l/x.so", NULL);
    CHECK(settings.mode == RP_MONITOR && !settings.own_agent, "%d %d", settings.mode,
          settings.own_agent);
}

static void check_loader_list(void) {
    take(ENVIRONMENT("RAMPART_URL=unix:///a/s", "RAMPART_SESSION=s"), "/l/r.so", NULL);
    check_armed(NULL, "LD_PRELOAD=/l/r.so\nRAMPART_URL=unix:///a/s\nRAMPART_SESSION=s\n");
    check_armed(
        ENVIRONMENT("A=b", "RAMPART_URL=unix:///a/s", "LD_PRELOAD=/l/r.so", "RAMPART_SESSION=s"),
        "A=b\nRAMPART_URL=unix:///a/s\nLD_PRELOAD=/l/r.so\nRAMPART_SESSION=s\n");
    take(NULL, "/l/r.so", NULL);
    settings.assignment[RP_SESSION] = NULL;
    check_armed(ENVIRONMENT("LD_PRELOAD="), "LD_PRELOAD=/l/r.so\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/x.so /y.so::/z.so"),
                "LD_PRELOAD=/l/r.so:/x.so:/y.so:/z.so\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/x.so:/l/r.so /y.so"), "LD_PRELOAD=/x.so:/l/r.so /y.so\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/l/r.so.2:/l/r.s"),
                "LD_PRELOAD=/l/r.so:/l/r.so.2:/l/r.s\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/usr/lib/libasan.so.8:/x.so"),
                "LD_PRELOAD=/usr/lib/libasan.so.8:/l/r.so:/x.so\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/usr/lib/libclang_rt.asan-x86_64.so"),
                "LD_PRELOAD=/usr/lib/libclang_rt.asan-x86_64.so:/l/r.so\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/x.so:libasan.so"),
                "LD_PRELOAD=/l/r.so:/x.so:libasan.so\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/x.so", "A=b", "LD_PRELOAD=/y.so"),
                "LD_PRELOAD=/l/r.so:/y.so\nA=b\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/l/r.so", "LD_PRELOAD=/y.so"),
                "LD_PRELOAD=/l/r.so:/y.so\n");
    check_armed(ENVIRONMENT("LD_PRELOAD_X=1", "LD_PRELOAD"),
                "LD_PRELOAD_X=1\nLD_PRELOAD\nLD_PRELOAD=/l/r.so\n");
}

static void check_relative_library(void) {
    take(ENVIRONMENT("LD_PRELOAD=./r.so"), "./r.so", "/w");
    settings.assignment[RP_SESSION] = NULL;
    CHECK(settings.captured && strcmp(settings.library, "/w/./r.so") == 0, "%s", settings.library);
    check_armed(ENVIRONMENT("LD_PRELOAD=./r.so"), "LD_PRELOAD=/w/./r.so\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=./x.so:./r.so"), "LD_PRELOAD=/w/./r.so:./x.so\n");
}

/* Where a sanitizer's runtime came first, it does so in a child with an empty environment. */
static void check_sanitized(void) {
    take(ENVIRONMENT("LD_PRELOAD=/u/libasan.so.8:/x.so:/l/r.so"), "/l/r.so", NULL);
    settings.assignment[RP_SESSION] = NULL;
    check_armed(NULL, "LD_PRELOAD=/u/libasan.so.8:/l/r.so\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/y.so"), "LD_PRELOAD=/l/r.so:/y.so\n");
}

static void check_options(const char *const *environment, const char *expected) {
    char *text = armed(environment, (struct rp_child){true, NULL});
    CHECK(strcmp(text, expected) == 0, "expected\n%sgot\n%s", expected, text);
}

/* A program that is linked to the runtime itself gets an option, in front of which others stay. */
static void check_sanitizer_options(void) {
    take(NULL, "/l/r.so", NULL);
    settings.assignment[RP_SESSION] = NULL;
    check_options(NULL, "LD_PRELOAD=/l/r.so\nASAN_OPTIONS=verify_asan_link_order=0\n");
    check_options(ENVIRONMENT("LD_PRELOAD=/l/r.so", "ASAN_OPTIONS=a=1:b=2", "C=d"),
                  "LD_PRELOAD=/l/r.so\nASAN_OPTIONS=a=1:b=2:verify_asan_link_order=0\nC=d\n");
    check_options(ENVIRONMENT("LD_PRELOAD=/x.so", "ASAN_OPTIONS="),
                  "LD_PRELOAD=/l/r.so:/x.so\nASAN_OPTIONS=verify_asan_link_order=0\n");
    check_options(ENVIRONMENT("LD_PRELOAD=/l/r.so", "ASAN_OPTIONS=verify_asan_link_order=1"),
                  "LD_PRELOAD=/l/r.so\nASAN_OPTIONS=verify_asan_link_order=1\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/l/r.so", "ASAN_OPTIONS=a"),
                "LD_PRELOAD=/l/r.so\nASAN_OPTIONS=a\n");
}

/* A variable of the child, what was captured, and what the child gets. */
static void check_variables(void) {
    static const struct {
        const char *captured;
        const char *given;
        const char *kept;
    } cases[] = {
        {"RAMPART_MODE=", "RAMPART_MODE=disabled", ""},
        {"RAMPART_MODE=", "RAMPART_MODE=", "RAMPART_MODE=\n"},
        {"RAMPART_MODE=monitor", "RAMPART_MODE=disabled", "RAMPART_MODE=monitor\n"},
        {"RAMPART_MODE=monitor", "RAMPART_MODE=enforce", "RAMPART_MODE=enforce\n"},
        {"RAMPART_MODE=disabled", "RAMPART_MODE=monitor", "RAMPART_MODE=monitor\n"},
        {"RAMPART_MODE=monitor", "RAMPART_MODE=", "RAMPART_MODE=monitor\n"},
        {"RAMPART_MODE=monitor", "A=b", "A=b\nRAMPART_MODE=monitor\n"},
        {"RAMPART_FAIL_OPEN=1", "RAMPART_FAIL_OPEN=0", "RAMPART_FAIL_OPEN=0\n"},
        {"RAMPART_FAIL_OPEN=0", "RAMPART_FAIL_OPEN=1", "RAMPART_FAIL_OPEN=0\n"},
        {"RAMPART_FAIL_OPEN=", "RAMPART_FAIL_OPEN=0", "RAMPART_FAIL_OPEN=0\n"},
        {"RAMPART_FAIL_OPEN=", "RAMPART_FAIL_OPEN=1", ""},
        {"RAMPART_URL=unix:///a/s", "RAMPART_URL=unix:///b/s", "RAMPART_URL=unix:///a/s\n"},
        {"RAMPART_URL=", "RAMPART_URL=unix:///b/s", ""},
        {"RAMPART_TOKEN=t", "RAMPART_TOKEN=u", "RAMPART_TOKEN=t\n"},
        {"RAMPART_TOKEN=", "RAMPART_TOKEN=u", ""},
        {"RAMPART_AGENT=a", "RAMPART_AGENT=b", "RAMPART_AGENT=a\n"},
        {"RAMPART_AGENT=", "RAMPART_AGENT=b", "RAMPART_AGENT=b\n"},
        {"RAMPART_SESSION=s", "RAMPART_SESSION=t", "RAMPART_SESSION=s\n"},
        {"RAMPART_SESSION=preload-7", "RAMPART_SESSION=t", "RAMPART_SESSION=t\n"},
        {"RAMPART_SESSION=preload-7", "A=b", "A=b\nRAMPART_SESSION=preload-7\n"},
        {"RAMPART_DEBUG=", "RAMPART_DEBUG=1", ""},
        {"RAMPART_QUIET=", "RAMPART_QUIET=1", ""},
        {"RAMPART_QUIET=", "RAMPART_QUIETLY=1", "RAMPART_QUIETLY=1\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char expected[256];
        const char *given[] = {"LD_PRELOAD=/l/r.so", cases[i].given, NULL};
        take(ENVIRONMENT(cases[i].captured), "/l/r.so", NULL);
        if (strstr(cases[i].captured, "RAMPART_SESSION") == NULL)
            settings.assignment[RP_SESSION] = NULL;
        (void)snprintf(expected, sizeof expected, "LD_PRELOAD=/l/r.so\n%s", cases[i].kept);
        check_armed(given, expected);
    }
}

/* The name of a recognised agent takes the place of every other, once. */
static void check_agent(void) {
    static const char *const captured[] = {"A=b", "RAMPART_AGENT=a", "RAMPART_AGENT=new"};
    const struct rp_child child = {false, "RAMPART_AGENT=new"};
    for (size_t i = 0; i < sizeof captured / sizeof captured[0]; i++) {
        char *text;
        take(ENVIRONMENT(captured[i]), "/l/r.so", NULL);
        settings.assignment[RP_SESSION] = NULL;
        text = armed(NULL, child);
        CHECK(strcmp(text, "LD_PRELOAD=/l/r.so\nRAMPART_AGENT=new\n") == 0, "%s: %s", captured[i],
              text);
        text = armed(ENVIRONMENT("LD_PRELOAD=/l/r.so", "RAMPART_AGENT=a", "RAMPART_AGENT=", "C=d"),
                     child);
        CHECK(strcmp(text, "LD_PRELOAD=/l/r.so\nC=d\nRAMPART_AGENT=new\n") == 0, "%s: %s",
              captured[i], text);
        text = armed(ENVIRONMENT("LD_PRELOAD=/l/r.so", "RAMPART_AGENT=new", "C=d"), child);
        CHECK(strcmp(text, "LD_PRELOAD=/l/r.so\nRAMPART_AGENT=new\nC=d\n") == 0, "%s: %s",
              captured[i], text);
    }
}

static void check_duplicates(void) {
    take(ENVIRONMENT("RAMPART_AGENT=a"), "/l/r.so", NULL);
    settings.assignment[RP_SESSION] = NULL;
    check_armed(ENVIRONMENT("LD_PRELOAD=/l/r.so", "RAMPART_AGENT=b", "RAMPART_AGENT=a",
                            "RAMPART_AGENT=a", "X=1", "X=2"),
                "LD_PRELOAD=/l/r.so\nRAMPART_AGENT=a\nX=1\nX=2\n");
    /* A list that names the library again and again names it once from then on. */
    settings.assignment[RP_AGENT] = NULL;
    check_armed(ENVIRONMENT("LD_PRELOAD=/l/r.so:/l/r.so"), "LD_PRELOAD=/l/r.so\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/b.so /l/r.so:/a.so:/l/r.so:/l/r.so"),
                "LD_PRELOAD=/l/r.so:/b.so:/a.so\n");
    check_armed(ENVIRONMENT("LD_PRELOAD=/u/libasan.so.8:/l/r.so:/a.so:/l/r.so"),
                "LD_PRELOAD=/u/libasan.so.8:/l/r.so:/a.so\n");
}

int main(void) {
    check_defaults();
    check_values_taken();
    check_copied();
    check_not_captured();
    check_full_room();
    check_larger_room();
    check_markers();
    check_first_values();
    check_loader_list();
    check_relative_library();
    check_sanitized();
    check_sanitizer_options();
    check_variables();
    check_agent();
    check_duplicates();
    return check_finish();
}
