#include "check.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static unsigned checks;
static unsigned failures;

static struct {
    void *at;
    size_t len;
} mappings[64];
static size_t mapping_count;

void check_note(bool holds, const char *file, int line, const char *condition, const char *format,
                ...) {
    va_list list;
    checks++;
    if (holds)
        return;
    failures++;
    (void)fprintf(stderr, "%s:%d: %s: ", file, line, condition);
    va_start(list, format);
    (void)vfprintf(stderr, format, list);
    va_end(list);
    (void)fputc('\n', stderr);
}

int check_finish(void) {
    (void)printf("%u checks, %u failed\n", checks, failures);
    return failures == 0 && checks > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static void stop(const char *what, const char *which) {
    (void)fprintf(stderr, "%s: %s\n", what, which);
    exit(EXIT_FAILURE);
}

char *check_guarded(const void *bytes, size_t len) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t whole = (len + page - 1) / page * page;
    char *at = mmap(NULL, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (at == MAP_FAILED || mprotect(at + whole, page, PROT_NONE) != 0 ||
        mapping_count == sizeof mappings / sizeof mappings[0])
        stop("no guarded memory", "mmap");
    mappings[mapping_count].at = at;
    mappings[mapping_count++].len = whole + page;
    if (len > 0 && bytes != NULL)
        memcpy(at + whole - len, bytes, len);
    return at + whole - len;
}

void check_release(void) {
    while (mapping_count > 0) {
        mapping_count--;
        (void)munmap(mappings[mapping_count].at, mappings[mapping_count].len);
    }
}

char *check_read(const char *directory, const char *name, const char *suffix, size_t *len) {
    char path[1024];
    char *bytes;
    long size = -1;
    FILE *file;
    (void)snprintf(path, sizeof path, "%s/%s%s", directory, name, suffix);
    file = fopen(path, "rb");
    if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0)
        stop("cannot read", path);
    rewind(file);
    bytes = malloc((size_t)size + 1);
    if (bytes == NULL || fread(bytes, 1, (size_t)size, file) != (size_t)size)
        stop("cannot read", path);
    (void)fclose(file);
    bytes[size] = '\0';
    if (len != NULL)
        *len = (size_t)size;
    return bytes;
}

unsigned check_each(const char *directory, const char *below, const char *suffix,
                    void (*visit)(const char *name)) {
    char path[1024];
    unsigned count = 0;
    const struct dirent *entry;
    DIR *list;
    (void)snprintf(path, sizeof path, "%s/%s", directory, below);
    list = opendir(path);
    if (list == NULL)
        stop("cannot read", path);
    while ((entry = readdir(list)) != NULL) {
        size_t len = strlen(entry->d_name);
        char name[sizeof entry->d_name];
        if (len <= strlen(suffix) || strcmp(entry->d_name + len - strlen(suffix), suffix) != 0)
            continue;
        memcpy(name, entry->d_name, len - strlen(suffix));
        name[len - strlen(suffix)] = '\0';
        visit(name);
        count++;
    }
    (void)closedir(list);
    return count;
}

static int digit(char byte) {
    return byte >= '0' && byte <= '9' ? byte - '0' : byte - 'a' + 10;
}

size_t check_decode(char *text) {
    char *to = text;
    for (const char *from = text; *from != '\0'; from++) {
        if (*from == '%') {
            *to++ = (char)(digit(from[1]) << 4 | digit(from[2]));
            from += 2;
        } else {
            *to++ = *from;
        }
    }
    *to = '\0';
    return (size_t)(to - text);
}

bool check_next_block(char **text, struct check_block *block) {
    block->count = 0;
    while (**text == '\n')
        (*text)++;
    while (**text != '\0' && **text != '\n') {
        struct check_pair *pair = &block->pairs[block->count++];
        char *end = strchr(*text, '\n');
        *end = '\0';
        pair->name = *text;
        pair->value = strchr(*text, '=') + 1;
        pair->value[-1] = '\0';
        pair->len = check_decode(pair->value);
        *text = end + 1;
    }
    return block->count > 0;
}

const char *check_value(const struct check_block *block, const char *name, size_t *len) {
    for (size_t i = 0; i < block->count; i++) {
        if (strcmp(block->pairs[i].name, name) == 0) {
            if (len != NULL)
                *len = block->pairs[i].len;
            return block->pairs[i].value;
        }
    }
    return NULL;
}

size_t check_values(const struct check_block *block, const char *name, const char *into[512]) {
    size_t count = 0;
    for (size_t i = 0; i < block->count; i++) {
        if (strcmp(block->pairs[i].name, name) == 0)
            into[count++] = block->pairs[i].value;
    }
    into[count] = NULL;
    return count;
}

void check_parse_hex(const char *hex, unsigned char *into, size_t len) {
    for (size_t i = 0; i < len; i++) {
        unsigned byte = 0;
        CHECK(sscanf(hex + 2 * i, "%2x", &byte) == 1, "%s", hex);
        into[i] = (unsigned char)byte;
    }
}
