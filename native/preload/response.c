#include "response.h"

#include "memory.h"

enum state {
    STATUS_LINE,
    HEADER,
    BODY,
    CHUNK_SIZE,
    CHUNK,
    CHUNK_END,
    TRAILER,
};

static const char version[] = "HTTP/1.";
enum { VERSION_BYTES = sizeof version - 1 };

static void start_message(struct rp_response *response) {
    response->state = STATUS_LINE;
    response->line_len = 0;
    response->has_length = false;
    response->chunked = false;
    response->left = 0;
}

void rp_response_start(struct rp_response *response, char *text, size_t text_cap) {
    rp_response_start_answer(&response->answer, text, text_cap);
    response->total = 0;
    response->status = 0;
    response->processing = false;
    start_message(response);
}

/* The value of the header in the line when it is the named one (lower case), else NULL. */
static const char *header_value(const struct rp_response *response, const char *name) {
    const char *at = rp_memory_behind(response->line, name);
    if (at == NULL || *at++ != ':')
        return NULL;
    while (*at == ' ' || *at == '\t')
        at++;
    return at;
}

/* Reads a number up to the end of the line or one of the enders. False when there is none, when
   anything else stands there, or beyond the most an answer may have. */
static bool read_size(const char *at, unsigned base, const char *enders, size_t *size) {
    at = rp_memory_parse(at, base, RP_RESPONSE_MAX_BYTES, size);
    if (at == NULL)
        return false;
    while (*enders != '\0' && *enders != *at)
        enders++;
    return *at == '\0' || *enders != '\0';
}

static enum rp_response_step read_status(struct rp_response *response) {
    const char *line = response->line;
    size_t status;
    if (response->line_len < VERSION_BYTES || (line[7] != '0' && line[7] != '1') || line[8] != ' ')
        return RP_RESPONSE_MALFORMED;
    if (rp_memory_parse(line + 9, 10, 999, &status) != line + 12 ||
        (line[12] != '\0' && line[12] != ' '))
        return RP_RESPONSE_MALFORMED;
    response->status = (uint16_t)status;
    response->state = HEADER;
    if (response->status >= 500 && response->status <= 599)
        return RP_RESPONSE_FAILED;
    if (response->status == 200 || (response->status >= 100 && response->status <= 199))
        return RP_RESPONSE_MORE;
    return RP_RESPONSE_STATUS;
}

static enum rp_response_step end_head(struct rp_response *response) {
    if (response->status != 200) {
        response->processing = response->processing || response->status == 102;
        start_message(response);
        return RP_RESPONSE_MORE;
    }
    if (response->has_length == response->chunked)
        return RP_RESPONSE_MALFORMED;
    response->state = response->chunked ? CHUNK_SIZE : BODY;
    if (response->state == BODY && response->left == 0)
        return RP_RESPONSE_MALFORMED;
    return RP_RESPONSE_MORE;
}

static enum rp_response_step read_header(struct rp_response *response) {
    const char *value;
    size_t size;
    if (response->line_len == 0)
        return end_head(response);
    value = header_value(response, "content-length");
    if (value != NULL) {
        if (response->has_length || !read_size(value, 10, " \t", &size))
            return RP_RESPONSE_MALFORMED;
        response->has_length = true;
        response->left = size;
        return RP_RESPONSE_MORE;
    }
    value = header_value(response, "transfer-encoding");
    if (value != NULL) {
        if (response->chunked || !rp_memory_equal(value, "chunked"))
            return RP_RESPONSE_MALFORMED;
        response->chunked = true;
    }
    return RP_RESPONSE_MORE;
}

static enum rp_response_step read_chunk_size(struct rp_response *response) {
    if (!read_size(response->line, 16, "; \t", &response->left))
        return RP_RESPONSE_MALFORMED;
    response->state = response->left == 0 ? TRAILER : CHUNK;
    return RP_RESPONSE_MORE;
}

static enum rp_response_step end_line(struct rp_response *response) {
    enum rp_response_step step = RP_RESPONSE_MORE;
    if (response->line_len > 0 && response->line_len < sizeof response->line &&
        response->line[response->line_len - 1] == '\r')
        response->line_len--;
    response->line[response->line_len < sizeof response->line ? response->line_len
                                                              : sizeof response->line - 1] = '\0';
    switch (response->state) {
    case STATUS_LINE:
        step = read_status(response);
        break;
    case HEADER:
        step = read_header(response);
        break;
    case CHUNK_SIZE:
        step = read_chunk_size(response);
        break;
    case CHUNK_END:
        step = response->line_len == 0 ? RP_RESPONSE_MORE : RP_RESPONSE_MALFORMED;
        response->state = CHUNK_SIZE;
        break;
    default:
        if (response->line_len == 0)
            step = rp_response_finish_answer(&response->answer);
        break;
    }
    response->line_len = 0;
    return step;
}

static enum rp_response_step in_line(struct rp_response *response, char byte) {
    if (byte == '\n')
        return end_line(response);
    if (byte == '\0' || (response->state == CHUNK_END && byte != '\r') ||
        (response->state == STATUS_LINE && response->line_len < VERSION_BYTES &&
         byte != version[response->line_len]))
        return RP_RESPONSE_MALFORMED;
    if (response->line_len < sizeof response->line)
        response->line[response->line_len++] = byte;
    return RP_RESPONSE_MORE;
}

static enum rp_response_step in_body(struct rp_response *response, char byte) {
    if (!rp_response_feed_answer(&response->answer, byte))
        return RP_RESPONSE_MALFORMED;
    if (--response->left > 0)
        return RP_RESPONSE_MORE;
    if (response->state == BODY)
        return rp_response_finish_answer(&response->answer);
    response->state = CHUNK_END;
    return RP_RESPONSE_MORE;
}

enum rp_response_step rp_response_feed(struct rp_response *response, const char *bytes,
                                       size_t len) {
    for (size_t at = 0; at < len; at++) {
        bool body = response->state == BODY || response->state == CHUNK;
        enum rp_response_step step;
        if (++response->total > RP_RESPONSE_MAX_BYTES)
            return RP_RESPONSE_MALFORMED;
        step = body ? in_body(response, bytes[at]) : in_line(response, bytes[at]);
        if (step != RP_RESPONSE_MORE)
            return step;
    }
    return RP_RESPONSE_MORE;
}
