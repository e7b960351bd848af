#include "memory.h"

#if defined(RP_FREESTANDING)
/* A word at a time: most of a call's own time is spent here. A copy of a word's size is no call.
   Going upwards it also moves what overlaps down. */
void *memcpy(void *to, const void *from, size_t len) {
    unsigned char *target = to;
    const unsigned char *source = from;
    for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t)) {
        __builtin_memcpy(target, source, sizeof(uint64_t));
        target += sizeof(uint64_t);
        source += sizeof(uint64_t);
    }
    while (len-- > 0)
        *target++ = *source++;
    return to;
}

void *memmove(void *to, const void *from, size_t len) {
    unsigned char *target = to;
    const unsigned char *source = from;
    if (target <= source)
        return memcpy(to, from, len);
    while (len-- > 0)
        target[len] = source[len];
    return to;
}

void *memset(void *to, int byte, size_t len) {
    unsigned char *target = to;
#if defined(__x86_64__)
    __asm__ volatile("rep stosb" : "+D"(target), "+c"(len) : "a"(byte) : "memory");
#else
    while (len-- > 0)
        *target++ = (unsigned char)byte;
#endif
    return to;
}

int memcmp(const void *left, const void *right, size_t len) {
    const unsigned char *a = left;
    const unsigned char *b = right;
    for (; len > 0; len--, a++, b++) {
        if (*a != *b)
            return *a - *b;
    }
    return 0;
}
#endif

size_t rp_memory_length(const char *text) {
    size_t len = 0;
    while (text[len] != '\0')
        len++;
    return len;
}

bool rp_memory_equal(const char *left, const char *right) {
    while (*left != '\0' && *left == *right) {
        left++;
        right++;
    }
    return *left == *right;
}

bool rp_memory_begins(const char *text, const char *prefix) {
    while (*prefix != '\0' && *text == *prefix) {
        text++;
        prefix++;
    }
    return *prefix == '\0';
}

const char *rp_memory_behind(const char *text, const char *prefix) {
    for (; *prefix != '\0'; text++, prefix++) {
        bool capital = *text >= 'A' && *text <= 'Z';
        if ((*text | (capital ? ' ' : 0)) != *prefix)
            return NULL;
    }
    return text;
}

bool rp_memory_is_clean(const char *text, char least) {
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < (unsigned char)least || *text == 0x7f)
            return false;
    }
    return true;
}

const char *rp_memory_nth(const char *texts, unsigned index) {
    for (; index > 0; index--)
        texts += rp_memory_length(texts) + 1;
    return texts;
}

const char *rp_memory_last_component(const char *path) {
    const char *last = path;
    for (; *path != '\0'; path++) {
        if (*path == '/')
            last = path + 1;
    }
    return last;
}

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "all platforms have the lowest byte first");

uint64_t rp_memory_load(const unsigned char *bytes, unsigned count) {
    uint64_t number = 0;
    memcpy(&number, bytes, count);
    return number;
}

void rp_memory_store(unsigned char *bytes, uint64_t number, unsigned count) {
    memcpy(bytes, &number, count);
}

char *rp_memory_append(char *at, const char *text) {
    size_t len = rp_memory_length(text);
    memcpy(at, text, len + 1);
    return at + len;
}

size_t rp_memory_decimal(char *into, unsigned long long number) {
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    for (size_t i = 0; i < count; i++)
        into[i] = digits[count - 1 - i];
    return count;
}

void rp_memory_hex(char *into, const unsigned char *bytes, size_t len) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        into[2 * i] = digits[bytes[i] >> 4];
        into[2 * i + 1] = digits[bytes[i] & 15];
    }
}

unsigned rp_memory_digit(char byte) {
    unsigned letter = (unsigned)(byte | ' ') - 'a';
    unsigned digit = (unsigned)byte - '0';
    return digit < 10 ? digit : letter < 6 ? letter + 10 : 16;
}

const char *rp_memory_parse(const char *digits, unsigned base, size_t most, size_t *number) {
    const char *at = digits;
    unsigned digit;
    for (*number = 0; (digit = rp_memory_digit(*at)) < base; at++) {
        *number = *number * base + digit;
        if (*number > most)
            return NULL;
    }
    return at == digits ? NULL : at;
}
