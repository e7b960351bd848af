#ifndef RP_MEMORY_H
#define RP_MEMORY_H

/* Bytes and strings without libc: the library imports nothing that another object could replace.
   The four mem* names are hidden; the compiler calls them for its own purposes. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(RP_FREESTANDING)
#define RP_HIDDEN __attribute__((visibility("hidden")))
RP_HIDDEN void *memcpy(void *restrict to, const void *restrict from, size_t len);
RP_HIDDEN void *memmove(void *to, const void *from, size_t len);
RP_HIDDEN void *memset(void *to, int byte, size_t len);
RP_HIDDEN int memcmp(const void *left, const void *right, size_t len);
#else
#include <string.h>
#endif

size_t rp_memory_length(const char *text);
bool rp_memory_equal(const char *left, const char *right);

/* Whether text begins with prefix. */
bool rp_memory_begins(const char *text, const char *prefix);

/* What stands behind a prefix of lower-case letters that the text begins with in any case; NULL
   when it begins with something else. */
const char *rp_memory_behind(const char *text, const char *prefix);

/* Whether a text has no byte below that one, and no 0x7f. */
bool rp_memory_is_clean(const char *text, char least);

/* The text with that index of several that stand behind one another, each with its NUL. */
const char *rp_memory_nth(const char *texts, unsigned index);

/* The last component of a path: what stands behind the last slash. */
const char *rp_memory_last_component(const char *path);

/* A number of `count` bytes, the lowest first. */
uint64_t rp_memory_load(const unsigned char *bytes, unsigned count);
void rp_memory_store(unsigned char *bytes, uint64_t number, unsigned count);

/* Copies a text with its NUL, and gives where that stands then. */
char *rp_memory_append(char *at, const char *text);

/* Writes a number in decimal, without a NUL; returns its digits (at most 20). */
size_t rp_memory_decimal(char *into, unsigned long long number);

/* The value of a digit, of hexadecimal ones in either case; 16 for any other byte. */
unsigned rp_memory_digit(char byte);

/* Reads a number of a base up to 16 and no more than `most`; gives what stands behind it, NULL when
   there is none. */
const char *rp_memory_parse(const char *digits, unsigned base, size_t most, size_t *number);

/* Writes len bytes as lower-case hex, without a NUL. */
void rp_memory_hex(char *into, const unsigned char *bytes, size_t len);

#endif
