#ifndef RP_SETTINGS_H
#define RP_SETTINGS_H

#include "names.h"
#include "url.h"

/* What was captured when the library was loaded. Nothing of it changes afterwards: what a program
   does to its environment later neither loosens nor breaks the guard. */

/* The strictest first. */
enum rp_mode { RP_ENFORCE, RP_MONITOR, RP_DISABLED };

/* Room for copies of our own variables and the library's path: the least that settings are taken
   with, and the most. */
enum { RP_SETTINGS_FIRST_ROOM = 512, RP_SETTINGS_ROOM = 16384 };

struct rp_settings {
    bool loaded;
    bool inert;    /* a privileged program: everything passes through */
    bool captured; /* false: something did not fit or could not be found; refuse in enforce */
    enum rp_mode mode;
    bool fail_open;
    bool debug;
    bool quiet;
    bool own_agent;    /* RAMPART_AGENT was given */
    bool own_session;  /* RAMPART_SESSION was given, and not made by a library */
    bool musl;         /* the C library is not glibc */
    bool stderr_open;  /* at load */
    uint32_t markers;  /* agent markers in the environment at load */
    struct rp_url url; /* points into the room */
    const char *agent;
    const char *session;
    const char *token; /* NULL when there is none */
    /* NAME=value as put into every child; NULL for one that was not set. */
    const char *assignment[RP_VARIABLE_COUNT];
    const char *loader;  /* LD_PRELOAD=<this library> */
    const char *library; /* the path in `loader` */
    const char
        *library_name; /* the library as the loader was given it, when that differs; else NULL */
    unsigned long long stderr_device;
    unsigned long long stderr_inode;
    unsigned char build_id[20];
    char *room;
    size_t room_bytes;
    size_t room_used;
};

/* What only the running process knows. */
struct rp_circumstances {
    const char *const *environment; /* may be NULL */
    const char *library;            /* as the loader names it; NULL when not found */
    const char *cwd;                /* NULL when it cannot be read */
    int pid;
};

/* Fills settings, which must be zeroed but for the room. Where they do not fit, and so are not
   captured, they may be taken again in a larger one. Pure: reads nothing but its arguments. */
void rp_settings_take(struct rp_settings *settings, const struct rp_circumstances *circumstances);

/* The mode that a word names: any unknown word is enforce. */
enum rp_mode rp_settings_parse_mode(const char *word);

#endif
