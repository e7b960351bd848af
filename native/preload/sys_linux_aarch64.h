#ifndef RP_SYS_ARCH_H
#define RP_SYS_ARCH_H

/* The kernel's call convention; the result is negative errno on failure. */
static inline long rp_sys(long number, long a, long b, long c, long d, long e, long f) {
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory", "cc");
    return x0;
}

enum {
    RP_SYS_FSTAT = SYS_fstat,
    RP_SYS_FSTATAT = SYS_newfstatat,
    RP_SYS_MMAP = SYS_mmap,
    RP_SYS_GETUID = SYS_getuid,
    RP_SYS_GETEUID = SYS_geteuid,
    RP_SYS_GETGID = SYS_getgid,
    RP_SYS_GETEGID = SYS_getegid,
};

/* What an ELF file must say of itself so that this library can be loaded into it. */
enum { RP_ELF_CLASS = 2 /* ELFCLASS64 */, RP_ELF_MACHINE = 183 /* EM_AARCH64 */ };

#endif
