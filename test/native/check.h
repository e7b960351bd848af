#ifndef RP_CHECK_H
#define RP_CHECK_H

/* What the C tests share: one line per failure, and buffers that end where memory ends. */

#include <stdbool.h>
#include <stddef.h>

/* Counts a check; prints where and what when it does not hold. */
#define CHECK(condition, ...) check_note((condition), __FILE__, __LINE__, #condition, __VA_ARGS__)

__attribute__((format(printf, 5, 6))) void
check_note(bool holds, const char *file, int line, const char *condition, const char *format, ...);

/* The exit status of a test program: prints how many checks were made. */
int check_finish(void);

/* A copy of bytes whose last byte is the last one of its page; the next page cannot be touched. */
char *check_guarded(const void *bytes, size_t len);

/* Makes the guarded pages of all copies free again. */
void check_release(void);

/* The content of a file below the directory that the program was given; its length in *len. */
char *check_read(const char *directory, const char *name, const char *suffix, size_t *len);

/* Calls back for every file of a directory with that suffix, with its name less the suffix; returns
   how many there were. */
unsigned check_each(const char *directory, const char *below, const char *suffix,
                    void (*visit)(const char *name));

/* One name=value line of the fixtures, decoded. */
struct check_pair {
    char *name;
    char *value;
    size_t len;
};

/* A block of such lines. */
struct check_block {
    struct check_pair pairs[512];
    size_t count;
};

/* Takes the next block of a fixture text; false at its end. The text is changed. */
bool check_next_block(char **text, struct check_block *block);

/* The value of a name, or NULL; its length in *len when that is not NULL. */
const char *check_value(const struct check_block *block, const char *name, size_t *len);

/* All values of a name as a vector that ends with NULL; `into` has room for 512. */
size_t check_values(const struct check_block *block, const char *name, const char *into[512]);

/* Reads len bytes from hex digits. */
void check_parse_hex(const char *hex, unsigned char *into, size_t len);

/* Decodes %xx in place; returns the length. */
size_t check_decode(char *text);

#endif
