#include "state_tables.h"

#include "journal.h"
#include "links.h"
#include "memory.h"
#include "siphash.h"
#include "verdict.h"

enum {
    VERDICTS = RP_STATE_FILE_HEADER_BYTES,
    DORMANT = VERDICTS + RP_VERDICT_BUCKETS * RP_VERDICT_BUCKET_BYTES,
    DORMANT_BYTES = 24,
    DORMANT_COUNT = 128,
    SID_OFFSET = 8,
    START_OFFSET = 16,
    AGENTS = DORMANT + DORMANT_COUNT * DORMANT_BYTES,
    AGENT_BYTES = 2 * RP_STATE_TABLES_NAME_BYTES,
    AGENT_COUNT = 64,
    PROGRAMS = AGENTS + AGENT_COUNT * AGENT_BYTES,
    PROGRAM_BUCKETS = 64,
    /* As much of a table as is read at a time: the stack may be small, and sessions are few. */
    AGENTS_BYTES = 768,
    SESSIONS_BYTES = 192,
    STAT_BYTES = 512,
    FIRST_SESSION = 2, /* session 1 is the container's, 0 one outside of it */
};

/* Steps that follow one another share the stack only when they are not merged into their caller. */
#define APART __attribute__((noinline))

/* Whether a hash stands in its bucket of a table. */
APART static bool has(const struct rp_state_file *file, uint64_t table, unsigned buckets,
                      uint64_t hash) {
    unsigned char bucket[RP_VERDICT_BUCKET_BYTES];
    return hash != 0 &&
           rp_state_file_read(file, bucket, sizeof bucket,
                              table + hash % buckets * sizeof bucket) &&
           rp_verdict_is_in(bucket, hash);
}

static bool has_verdict(const struct rp_state_file *file, const char *condition,
                        const struct rp_question *question) {
    return has(file, VERDICTS, RP_VERDICT_BUCKETS,
               rp_verdict_hash(file->state.table_key, condition, question));
}

bool rp_state_tables_know(const struct rp_state_file *file, const struct stat *program,
                          const char *name) {
    const uint64_t facts[] = {(uint64_t)program->st_dev, (uint64_t)program->st_ino,
                              (uint64_t)RP_SYS_CHANGED(program).tv_sec,
                              (uint64_t)RP_SYS_CHANGED(program).tv_nsec};
    struct rp_siphash hash;
    rp_siphash_start(&hash, file->state.table_key);
    rp_siphash_put(&hash, facts, sizeof facts);
    rp_siphash_put(&hash, name, rp_memory_length(name));
    return has(file, PROGRAMS, PROGRAM_BUCKETS, rp_siphash_finish(&hash));
}

bool rp_state_tables_allow(const struct rp_state_file *file, const struct rp_question *question) {
    if (file->fd < 0 || file->state.length < DORMANT)
        return false;
    return has_verdict(file, NULL, question) ||
           (has_verdict(file, "unlinked", question) && rp_links_are_absent(question));
}

/* The inode of our pid namespace: ids are used again in other containers. 0 when it is not known.
 */
APART static uint64_t own_space(void) {
    struct stat status;
    return rp_sys_fstatat(AT_FDCWD, "/proc/self/ns/pid", &status, 0) < 0 ? 0 : status.st_ino;
}

/* When the leader of a dormant session started, as the table has it; 0 when it has none. An entry
   without an id ends the table. */
APART static uint64_t find_session(const struct rp_state_file *file, int sid) {
    unsigned char piece[SESSIONS_BYTES];
    uint64_t space = 0;
    for (size_t i = 0; i < DORMANT_COUNT; i++) {
        const unsigned char *entry = piece + i * DORMANT_BYTES % sizeof piece;
        uint64_t id;
        if (entry == piece &&
            !rp_state_file_read(file, piece, sizeof piece, DORMANT + i * DORMANT_BYTES))
            return 0;
        id = rp_memory_load(entry + SID_OFFSET, 8);
        if (id == 0)
            return 0;
        if (id != (unsigned)sid)
            continue;
        space = space != 0 ? space : own_space();
        if (space != 0 && rp_memory_load(entry, 8) == space)
            return rp_memory_load(entry + START_OFFSET, 8);
    }
    return 0;
}

APART bool rp_state_tables_is_dormant(const struct rp_state_file *file, int sid) {
    uint64_t start = sid < FIRST_SESSION ? 0 : find_session(file, sid);
    char text[STAT_BYTES];
    return start != 0 && rp_journal_read_start(sid, text, sizeof text) == start;
}

/* What stands behind the last slash of a path in pieces; the last piece ends with a NUL. */
static const char *name_of(const struct rp_path *exe) {
    for (int i = 2; i >= 0; i--) {
        if (exe->len[i] > 0)
            return rp_memory_last_component(exe->piece[i]);
    }
    return "";
}

/* Reads the whole table: the name in force may stand anywhere. An empty program ends it. */
APART static bool search_agents(const struct rp_state_file *file, const char *name,
                                const char *current, char into[RP_STATE_TABLES_NAME_BYTES]) {
    char piece[AGENTS_BYTES];
    bool found = false;
    bool known = current == NULL;
    for (size_t i = 0; i < AGENT_COUNT && !(found && known); i++) {
        char *entry = piece + i * AGENT_BYTES % sizeof piece;
        char *agent = entry + RP_STATE_TABLES_NAME_BYTES;
        if (entry == piece &&
            !rp_state_file_read(file, piece, sizeof piece, AGENTS + i * AGENT_BYTES))
            break;
        if (*entry == '\0')
            break;
        agent[-1] = '\0';
        agent[RP_STATE_TABLES_NAME_BYTES - 1] = '\0';
        if (!found && rp_memory_equal(entry, name)) {
            memcpy(into, agent, RP_STATE_TABLES_NAME_BYTES);
            found = true;
        }
        known = known || rp_memory_equal(agent, current);
    }
    if (!known)
        into[0] = '\0';
    return found;
}

bool rp_state_tables_find_agent(const struct rp_state_file *file, const struct rp_path *exe,
                                const char *current, char into[RP_STATE_TABLES_NAME_BYTES]) {
    into[0] = '\0';
    return search_agents(file, name_of(exe), current, into);
}
