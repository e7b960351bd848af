/* The JSON half of response.h. */

#include "memory.h"
#include "response.h"

enum state {
    BEFORE,      /* the object */
    VALUE,       /* a value must come */
    FIRST_VALUE, /* a value or the end of the array */
    FIRST_KEY,   /* a key or the end of the object */
    KEY,         /* a key must come */
    COLON,       /* behind a key */
    NEXT,        /* behind a value: a comma or the end */
    STRING,      /* inside one */
    ESCAPE,      /* behind a backslash */
    UNICODE,     /* inside \uXXXX, `after` digits read */
    LITERAL,     /* inside true, false or null: `after` encodes which and where */
    MINUS,       /* a digit must come */
    ZERO,        /* behind a leading 0 */
    INTEGER,     /* inside the digits */
    POINT,       /* a digit must come */
    FRACTION,    /* inside the digits */
    EXPONENT,    /* a sign or a digit must come */
    SIGN,        /* a digit must come */
    POWER,       /* inside the digits */
    BEHIND,      /* the object: only white space */
};

enum role { FOR_NOBODY, FOR_KEY, FOR_TEXT };

static const char literals[][6] = {"true", "false", "null"};
enum { LITERAL_TRUE, LITERAL_FALSE, LITERAL_STRIDE = 8 };

void rp_response_start_answer(struct rp_answer *answer, char *text, size_t text_cap) {
    memset(answer, 0, sizeof *answer);
    answer->text = text;
    answer->text_cap = text_cap;
    answer->state = BEFORE;
}

static bool is_space(char byte) {
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
}

static bool is_digit(char byte) {
    return rp_memory_digit(byte) < 10;
}

static bool in_array(const struct rp_answer *answer) {
    return (answer->containers >> (answer->depth - 1) & 1) != 0;
}

/* Whether the value that comes now belongs to this key of the outermost object. */
static bool is_for(const struct rp_answer *answer, const char *key) {
    size_t len = rp_memory_length(key);
    return answer->depth == 1 && answer->key_len == len && memcmp(answer->key, key, len) == 0;
}

static bool open_container(struct rp_answer *answer, bool array) {
    if (answer->depth == RP_RESPONSE_MAX_DEPTH)
        return false;
    if (answer->depth == 1 && is_for(answer, "allowed"))
        return false;
    if (array)
        answer->containers |= UINT32_C(1) << answer->depth;
    else
        answer->containers &= ~(UINT32_C(1) << answer->depth);
    answer->depth++;
    answer->state = array ? FIRST_VALUE : FIRST_KEY;
    return true;
}

static bool close_container(struct rp_answer *answer, bool array) {
    if (in_array(answer) != array)
        return false;
    answer->depth--;
    answer->state = answer->depth == 0 ? BEHIND : NEXT;
    return true;
}

static void open_string(struct rp_answer *answer, enum role role) {
    answer->state = STRING;
    answer->role = (uint8_t)role;
    answer->surrogate = 0;
    if (role == FOR_KEY) {
        answer->key_len = 0;
        answer->key_escaped = false;
    }
}

/* A notice replaces a message, never the other way round. */
static enum role role_of_string(struct rp_answer *answer) {
    enum rp_reason reason = is_for(answer, "notice")    ? RP_REASON_NOTICE
                            : is_for(answer, "message") ? RP_REASON_MESSAGE
                                                        : RP_REASON_NONE;
    if (reason == RP_REASON_NONE || reason < answer->reason)
        return FOR_NOBODY;
    answer->reason = (uint8_t)reason;
    answer->text_len = 0;
    return FOR_TEXT;
}

static bool begin_value(struct rp_answer *answer, char byte) {
    bool decides = is_for(answer, "allowed");
    if (byte == '{' || byte == '[')
        return open_container(answer, byte == '[');
    if (byte == 't' || byte == 'f' || byte == 'n') {
        unsigned which = byte == 't' ? LITERAL_TRUE : byte == 'f' ? LITERAL_FALSE : 2;
        answer->state = LITERAL;
        answer->after = (uint8_t)(which * LITERAL_STRIDE + 1);
        return !(decides && which == 2);
    }
    if (decides)
        return false;
    if (byte == '"') {
        open_string(answer, role_of_string(answer));
        return true;
    }
    answer->state = byte == '-' ? MINUS : byte == '0' ? ZERO : INTEGER;
    return byte == '-' || is_digit(byte);
}

static void keep(struct rp_answer *answer, char byte) {
    if (answer->role == FOR_KEY) {
        if (answer->key_len < sizeof answer->key)
            answer->key[answer->key_len] = byte;
        if (answer->key_len <= sizeof answer->key)
            answer->key_len++;
    } else if (answer->role == FOR_TEXT && answer->text_len < answer->text_cap) {
        answer->text[answer->text_len++] = byte;
    }
}

static void keep_character(struct rp_answer *answer, uint32_t code) {
    if (code < 0x80) {
        keep(answer, (char)code);
        return;
    }
    if (code < 0x800) {
        keep(answer, (char)(0xc0 | code >> 6));
    } else {
        if (code < 0x10000) {
            keep(answer, (char)(0xe0 | code >> 12));
        } else {
            keep(answer, (char)(0xf0 | code >> 18));
            keep(answer, (char)(0x80 | (code >> 12 & 63)));
        }
        keep(answer, (char)(0x80 | (code >> 6 & 63)));
    }
    keep(answer, (char)(0x80 | (code & 63)));
}

/* One \uXXXX was read. A half of a pair that stands alone is dropped. */
static void keep_unicode(struct rp_answer *answer) {
    uint32_t code = answer->unicode;
    uint32_t high = answer->surrogate;
    answer->surrogate = 0;
    if (code >= 0xd800 && code < 0xdc00)
        answer->surrogate = (uint16_t)code;
    else if (code < 0xdc00 || code > 0xdfff)
        keep_character(answer, code);
    else if (high != 0)
        keep_character(answer, 0x10000 + ((high - 0xd800) << 10) + (code - 0xdc00));
}

static bool end_string(struct rp_answer *answer) {
    if (answer->role != FOR_KEY) {
        answer->state = NEXT;
        return true;
    }
    answer->state = COLON;
    if (!is_for(answer, "allowed"))
        return true;
    if (answer->seen_allowed || answer->key_escaped)
        return false;
    answer->seen_allowed = true;
    return true;
}

static bool in_string(struct rp_answer *answer, char byte) {
    if (byte == '"')
        return end_string(answer);
    if ((unsigned char)byte < 0x20)
        return false;
    if (byte == '\\')
        answer->state = ESCAPE;
    else
        keep(answer, byte);
    return true;
}

static bool in_escape(struct rp_answer *answer, char byte) {
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    answer->key_escaped = true;
    if (byte == 'u') {
        answer->state = UNICODE;
        answer->after = 0;
        answer->unicode = 0;
        return true;
    }
    for (size_t i = 0; from[i] != '\0'; i++) {
        if (byte == from[i]) {
            keep(answer, to[i]);
            answer->state = STRING;
            return true;
        }
    }
    return false;
}

static bool in_unicode(struct rp_answer *answer, char byte) {
    unsigned digit = rp_memory_digit(byte);
    if (digit > 15)
        return false;
    answer->unicode = (uint16_t)((unsigned)answer->unicode << 4 | digit);
    if (++answer->after == 4) {
        keep_unicode(answer);
        answer->state = STRING;
    }
    return true;
}

static bool in_literal(struct rp_answer *answer, char byte) {
    unsigned which = answer->after / LITERAL_STRIDE;
    unsigned at = answer->after % LITERAL_STRIDE;
    if (byte != literals[which][at])
        return false;
    answer->after++;
    if (literals[which][at + 1] != '\0')
        return true;
    if (is_for(answer, "allowed"))
        answer->allowed = which == LITERAL_TRUE;
    answer->state = NEXT;
    return true;
}

/* False where a byte does not belong to the number: behind one that may end so, that is its end. */
static bool in_number(struct rp_answer *answer, char byte) {
    /* By what it is: a digit, a point, an exponent or a sign. */
    static const uint8_t next[][4] = {
        {INTEGER, 0, 0, 0},            /* MINUS */
        {0, POINT, EXPONENT, 0},       /* ZERO */
        {INTEGER, POINT, EXPONENT, 0}, /* INTEGER */
        {FRACTION, 0, 0, 0},           /* POINT */
        {FRACTION, 0, EXPONENT, 0},    /* FRACTION */
        {POWER, 0, 0, SIGN},           /* EXPONENT */
        {POWER, 0, 0, 0},              /* SIGN */
        {POWER, 0, 0, 0},              /* POWER */
    };
    const uint8_t *row = next[answer->state - MINUS];
    if (is_digit(byte))
        answer->state = byte == '0' && answer->state == MINUS ? ZERO : row[0];
    else if (byte == '.')
        answer->state = row[1];
    else if (byte == 'e' || byte == 'E')
        answer->state = row[2];
    else
        answer->state = byte == '+' || byte == '-' ? row[3] : 0;
    return answer->state != 0;
}

static bool may_end_number(uint8_t state) {
    return state == ZERO || state == INTEGER || state == FRACTION || state == POWER;
}

static bool between(struct rp_answer *answer, char byte) {
    if (is_space(byte))
        return true;
    switch (answer->state) {
    case BEFORE:
        return byte == '{' && open_container(answer, false);
    case FIRST_VALUE:
        if (byte == ']')
            return close_container(answer, true);
        return begin_value(answer, byte);
    case VALUE:
        return begin_value(answer, byte);
    case FIRST_KEY:
        if (byte == '}')
            return close_container(answer, false);
        open_string(answer, FOR_KEY);
        return byte == '"';
    case KEY:
        open_string(answer, FOR_KEY);
        return byte == '"';
    case COLON:
        answer->state = VALUE;
        return byte == ':';
    case NEXT:
        if (byte == ']' || byte == '}')
            return close_container(answer, byte == ']');
        answer->state = in_array(answer) ? VALUE : KEY;
        return byte == ',';
    default:
        return false;
    }
}

bool rp_response_feed_answer(struct rp_answer *answer, char byte) {
    switch (answer->state) {
    case STRING:
        return in_string(answer, byte);
    case ESCAPE:
        return in_escape(answer, byte);
    case UNICODE:
        return in_unicode(answer, byte);
    case LITERAL:
        return in_literal(answer, byte);
    case MINUS:
    case ZERO:
    case INTEGER:
    case POINT:
    case FRACTION:
    case EXPONENT:
    case SIGN:
    case POWER: {
        uint8_t state = answer->state;
        if (in_number(answer, byte))
            return true;
        answer->state = NEXT;
        return may_end_number(state) && between(answer, byte);
    }
    default:
        return between(answer, byte);
    }
}

enum rp_response_step rp_response_finish_answer(const struct rp_answer *answer) {
    if (answer->state != BEHIND || !answer->seen_allowed)
        return RP_RESPONSE_MALFORMED;
    return answer->allowed ? RP_RESPONSE_ALLOWED : RP_RESPONSE_DENIED;
}
