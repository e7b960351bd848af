#ifndef RP_REAL_H
#define RP_REAL_H

#include <stdbool.h>

/* The definitions that our doors stand in front of. */
struct rp_real {
#define RP_DOOR(name, result, parameters) result(*name) parameters;
#include "doors.def"
#undef RP_DOOR
};

/* The doors by their place in the table, and their names. */
enum rp_real_door {
#define RP_DOOR(name, result, parameters) RP_DOOR_##name,
#include "doors.def"
#undef RP_DOOR
    RP_DOOR_COUNT
};
extern __attribute__((visibility("hidden"))) const char rp_real_doors[RP_DOOR_COUNT][13];

/* What the loader knows of this library. */
struct rp_loaded {
    const char *name; /* as the loader names it; NULL when it does not know it */
    bool musl;        /* the loader is not glibc's */
    unsigned char build_id[20];
};

/* Every door of the objects behind this one, NULL where there is none. Filled once by rp_real_find.
 */
extern __attribute__((visibility("hidden"))) struct rp_real rp_real;

/* Fills rp_real and *loaded from the loader's list of objects. To be called from a constructor,
   when nobody changes the list. dlsym would do for most of it, but a name it does not find costs an
   allocation in the host, and before glibc 2.34 it lives in another library. */
void rp_real_find(struct rp_loaded *loaded);

#endif
