#ifndef RP_NAMES_H
#define RP_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Names shared with the other programs: docs/protocol.md, section 7. */

/* Names stand in tables of bytes, not of pointers: those would have to be relocated in every
 * program. */
enum { RP_NAMES_MARKER_COUNT = 30, RP_NAMES_VARIABLE_BYTES = 18 };

/* Names that coding agents put on their children, one behind the other. */
extern __attribute__((visibility("hidden"))) const char rp_names_markers[];

/* The bits of the markers in an environment (NULL is an empty one) whose value says yes. */
uint32_t rp_names_find_markers(const char *const *environment);

/* The variables that the library takes at load and puts into every child. */
enum rp_variable {
    RP_URL,
    RP_TOKEN,
    RP_MODE,
    RP_FAIL_OPEN,
    RP_AGENT,
    RP_SESSION,
    RP_DEBUG,
    RP_QUIET,
    RP_VARIABLE_COUNT
};

/* Their names. */
extern __attribute__((visibility("hidden")))
const char rp_names_variables[RP_VARIABLE_COUNT][RP_NAMES_VARIABLE_BYTES];

#if defined(__APPLE__)
#define RP_NAMES_LOADER "DYLD_INSERT_LIBRARIES"
#else
#define RP_NAMES_LOADER "LD_PRELOAD"
#endif
#define RP_NAMES_LOADER_PREFIX RP_NAMES_LOADER "="
/* What all of our own variables begin with. */
#define RP_NAMES_OWN "RAMPART_"
#define RP_NAMES_DEFAULT_URL "http://127.0.0.1:19090"
#define RP_NAMES_DEFAULT_AGENT "preload"
#define RP_NAMES_DEFAULT_SESSION "preload-"

/* The value of an assignment NAME=value when it is for that name, else NULL. */
const char *rp_names_value(const char *assignment, const char *name);

/* Which of the variables that the library takes an assignment is for, with its value;
   RP_VARIABLE_COUNT, and *value is nothing, when it is for none. */
unsigned rp_names_variable_of(const char *assignment, const char **value);

/* The value of the first assignment for a name in an environment (NULL is an empty one); NULL when
   there is none or its value is empty. */
const char *rp_names_find(const char *const *environment, const char *name);

/* The next entry of a loader list, which is split at colons (on Linux at blanks too), and moves the
   list behind it; NULL behind the last. */
const char *rp_names_next_entry(const char **list, size_t *len);

/* Whether an entry is the runtime of a sanitizer, which refuses to start when it is not the first
   object: lib[clang_rt.](a|t|l|hwa)san… */
bool rp_names_is_sanitizer(const char *entry, size_t len);

#endif
