#ifndef RP_STATE_TABLES_H
#define RP_STATE_TABLES_H

#include "request.h"
#include "state_file.h"
#include "sys.h"

/* The tables behind the header of the state file: docs/protocol.md, section 2. Nothing is found in
   a file that says nothing or does not reach so far. */

enum { RP_STATE_TABLES_NAME_BYTES = 24 };

/* Whether the policy allows this question to everyone. */
bool rp_state_tables_allow(const struct rp_state_file *file, const struct rp_question *question);

/* Whether a file that is to be started under a name is one that the endpoint has looked into as it
   is now: a program that everyone may run, as nobody else, that the library is loaded into, without
   a sanitizer's runtime; under that name it is no agent's. */
bool rp_state_tables_know(const struct rp_state_file *file, const struct stat *program,
                          const char *name);

/* Whether nobody is asked in a session. */
bool rp_state_tables_is_dormant(const struct rp_state_file *file, int sid);

/* The name of the agent whose program a path is, as it becomes the child's. `current` is the name
   that the child would have otherwise, or NULL: one that no table knows is a person's own choice
   and stays, and then `into` is empty. Says whether the path is an agent's program. */
bool rp_state_tables_find_agent(const struct rp_state_file *file, const struct rp_path *exe,
                                const char *current, char into[RP_STATE_TABLES_NAME_BYTES]);

#endif
