#ifndef RP_SIPHASH_H
#define RP_SIPHASH_H

#include <stddef.h>
#include <stdint.h>

/* SipHash-2-4 (Aumasson and Bernstein, 2012) over a stream of pieces. */
struct rp_siphash {
    uint64_t v[4];
    uint64_t tail;
    size_t len;
};

/* The key under which docs/protocol.md makes its checksums: 00 01 02 … 0f. */
extern __attribute__((visibility("hidden"))) const unsigned char rp_siphash_checksum_key[16];

void rp_siphash_start(struct rp_siphash *hash, const unsigned char key[16]);
void rp_siphash_put(struct rp_siphash *hash, const void *bytes, size_t len);
uint64_t rp_siphash_finish(struct rp_siphash *hash);

/* The checksum of docs/protocol.md. */
uint64_t rp_siphash_checksum(const void *bytes, size_t len);

#endif
