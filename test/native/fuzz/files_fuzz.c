/* Any bytes as a state file's header, as a boot id, as a process's stat, as a program of macOS, as
   a script's first line, as the words of wordexp. */

#include "journal.h"
#include "mach_file.h"
#include "state_file.h"
#include "target.h"
#include "words.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len);

int LLVMFuzzerTestOneInput(const unsigned char *bytes, size_t len) {
    struct rp_state state;
    const char *interpreter;
    char *copy = malloc(len + 1);
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    rp_state_file_parse(bytes, len, &state);
    if (state.valid && (len < RP_STATE_FILE_HEADER_BYTES || state.mode > RP_DISABLED))
        abort();
    (void)rp_journal_parse_start((const char *)bytes, len);
    (void)rp_mach_file_takes_library(bytes, len, false);
    (void)rp_mach_file_takes_library(bytes, len, true);
    if (len >= 2 && rp_target_interpreter((const char *)bytes, len, &interpreter) > len - 2)
        abort();
    (void)rp_words_substitute(copy);
    free(copy);
    return 0;
}
