/* A program that is linked to AddressSanitizer's runtime as a library. */

#include <stdio.h>
#include <stdlib.h>

int main(void) {
    return system("exec true") == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
