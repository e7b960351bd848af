#ifndef RP_REAL_H
#define RP_REAL_H

#include <stdbool.h>

/* What the doors are: rp_door_NAME is a function's type. */
#define RP_DOOR(name, result, parameters) typedef result rp_door_##name parameters;
#include "doors.def"
#undef RP_DOOR

/* The doors by their place in the table, and their names. */
enum rp_real_door {
#define RP_DOOR(name, result, parameters) RP_DOOR_##name,
#include "doors.def"
#undef RP_DOOR
    RP_DOOR_COUNT,
    RP_REAL_AT_LOAD = RP_DOOR_posix_spawn + 1, /* most starts need one of these */
};
extern __attribute__((visibility("hidden"))) const char rp_real_doors[RP_DOOR_COUNT][13];

/* Any function. */
typedef void (*rp_function)(void);

/* What the loader knows of this library. */
struct rp_loaded {
    const char *name; /* as the loader names it; NULL when it does not know it */
    bool musl;        /* the loader is not glibc's */
    unsigned char build_id[20];
};

/* The definitions behind this library of the first doors in the table, NULL where there is none. */
extern __attribute__((visibility("hidden"))) rp_function rp_real[RP_REAL_AT_LOAD];

/* Fills *loaded and rp_real from the loader's list of objects. To be called from a constructor,
   when nobody changes the list. dlsym would do for most of it, but a name it does not find costs an
   allocation in the host, and before glibc 2.34 it lives in another library. */
void rp_real_find(struct rp_loaded *loaded);

/* The definition of a door behind this library, NULL when there is none. Behind the first ones it
   is looked for each time: most programs start nothing, and looking for all when the library is
   loaded would cost each more than the rest of it. */
rp_function rp_real_door(enum rp_real_door door);

#define RP_REAL(name) ((rp_door_##name *)rp_real_door(RP_DOOR_##name))

#endif
