/* A program that is linked to the library, and takes every door from there: `linked PROGRAM`
   becomes the program, or ends with the error number of what refused that. */

#include <errno.h>
#include <stddef.h>

#define RP_DOOR(name, result, parameters) extern result name parameters;
#include "../../../native/preload/doors.def"
#undef RP_DOOR

static void *const doors[] = {
#define RP_DOOR(name, result, parameters) (void *)name,
#include "../../../native/preload/doors.def"
#undef RP_DOOR
};

int main(int argc, char **argv) {
    for (size_t i = 0; i < sizeof doors / sizeof doors[0]; i++) {
        if (doors[i] == NULL)
            return 2;
    }
    if (argc == 2)
        (void)execv(argv[1], argv + 1);
    return errno;
}
