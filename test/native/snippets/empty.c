/* A library that only has to be loaded. Of its two segments one is executable, as ours has them, by
   a function that nobody calls. */

void nothing(void);

void nothing(void) {
}
