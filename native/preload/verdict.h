#ifndef RP_VERDICT_H
#define RP_VERDICT_H

#include "request.h"

/* The verdicts of docs/protocol.md, section 2. */

enum { RP_VERDICT_BUCKETS = 2048, RP_VERDICT_BUCKET_BYTES = 64 };

/* The most bytes of a question that are hashed. */
#define RP_VERDICT_MAX_BYTES 4096

/* The hash of a question under the table's key; 0 when it can have no verdict. `condition` is the
   word of a verdict on condition, else NULL. */
uint64_t rp_verdict_hash(const unsigned char key[16], const char *condition,
                         const struct rp_question *question);

/* Whether a hash stands in one of a bucket's slots; 0 stands in none. */
bool rp_verdict_is_in(const unsigned char bucket[RP_VERDICT_BUCKET_BYTES], uint64_t hash);

#endif
