/* Any bytes as an answer: no crash, and only what says so is an approval. */

#include "response.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len);

enum { TEXT_CAP = 64 };

static enum rp_response_step feed(const unsigned char *bytes, size_t len, size_t piece) {
    char *text = malloc(TEXT_CAP);
    struct rp_response response;
    enum rp_response_step step = RP_RESPONSE_MORE;
    rp_response_start(&response, text, TEXT_CAP);
    for (size_t at = 0; at < len && step == RP_RESPONSE_MORE; at += piece)
        step = rp_response_feed(&response, (const char *)bytes + at,
                                piece < len - at ? piece : len - at);
    if (response.answer.text_len > TEXT_CAP)
        abort();
    free(text);
    return step;
}

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len) {
    enum rp_response_step whole = feed(bytes, len, len + 1);
    if (feed(bytes, len, 1) != whole || feed(bytes, len, 7) != whole)
        abort();
    if (whole == RP_RESPONSE_ALLOWED &&
        (memmem(bytes, len, "\"allowed\"", 9) == NULL || memmem(bytes, len, "true", 4) == NULL) &&
        memmem(bytes, len, "chunked", 7) == NULL && memmem(bytes, len, "CHUNKED", 7) == NULL)
        abort();
    return 0;
}
