#ifndef RP_SYS_ARCH_H
#define RP_SYS_ARCH_H

/* The kernel's call convention (EABI); the result is negative errno on failure. The number belongs
   in r7, which is the frame pointer of Thumb code, so it is put there and back by hand. One
   function for each count of arguments: every register that need not be set makes the library
   smaller. */
#define RP_SYS_INSTRUCTIONS                                                                        \
    "mov r12, r7\n\t"                                                                              \
    "mov r7, r6\n\t"                                                                               \
    "svc 0\n\t"                                                                                    \
    "mov r7, r12"

static inline long rp_sys0(long number) {
    register long r6 __asm__("r6") = number;
    register long r0 __asm__("r0");
    __asm__ volatile(RP_SYS_INSTRUCTIONS : "=r"(r0) : "r"(r6) : "r12", "memory", "cc");
    return r0;
}

static inline long rp_sys1(long number, long a) {
    register long r6 __asm__("r6") = number;
    register long r0 __asm__("r0") = a;
    __asm__ volatile(RP_SYS_INSTRUCTIONS : "+r"(r0) : "r"(r6) : "r12", "memory", "cc");
    return r0;
}

static inline long rp_sys2(long number, long a, long b) {
    register long r6 __asm__("r6") = number;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    __asm__ volatile(RP_SYS_INSTRUCTIONS : "+r"(r0) : "r"(r6), "r"(r1) : "r12", "memory", "cc");
    return r0;
}

static inline long rp_sys3(long number, long a, long b, long c) {
    register long r6 __asm__("r6") = number;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    __asm__ volatile(RP_SYS_INSTRUCTIONS
                     : "+r"(r0)
                     : "r"(r6), "r"(r1), "r"(r2)
                     : "r12", "memory", "cc");
    return r0;
}

static inline long rp_sys4(long number, long a, long b, long c, long d) {
    register long r6 __asm__("r6") = number;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    register long r3 __asm__("r3") = d;
    __asm__ volatile(RP_SYS_INSTRUCTIONS
                     : "+r"(r0)
                     : "r"(r6), "r"(r1), "r"(r2), "r"(r3)
                     : "r12", "memory", "cc");
    return r0;
}

static inline long rp_sys5(long number, long a, long b, long c, long d, long e) {
    register long r6 __asm__("r6") = number;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    register long r3 __asm__("r3") = d;
    register long r4 __asm__("r4") = e;
    __asm__ volatile(RP_SYS_INSTRUCTIONS
                     : "+r"(r0)
                     : "r"(r6), "r"(r1), "r"(r2), "r"(r3), "r"(r4)
                     : "r12", "memory", "cc");
    return r0;
}

static inline long rp_sys6(long number, long a, long b, long c, long d, long e, long f) {
    register long r6 __asm__("r6") = number;
    register long r0 __asm__("r0") = a;
    register long r1 __asm__("r1") = b;
    register long r2 __asm__("r2") = c;
    register long r3 __asm__("r3") = d;
    register long r4 __asm__("r4") = e;
    register long r5 __asm__("r5") = f;
    __asm__ volatile(RP_SYS_INSTRUCTIONS
                     : "+r"(r0)
                     : "r"(r6), "r"(r1), "r"(r2), "r"(r3), "r"(r4), "r"(r5)
                     : "r12", "memory", "cc");
    return r0;
}

/* The calls whose 64-bit successors have another name. struct stat is the kernel's stat64 when it
   is compiled with _FILE_OFFSET_BITS=64. */
enum {
    RP_SYS_FSTAT = SYS_fstat64,
    RP_SYS_FSTATAT = SYS_fstatat64,
    RP_SYS_MMAP = SYS_mmap2,
    RP_SYS_GETUID = SYS_getuid32,
    RP_SYS_GETEUID = SYS_geteuid32,
    RP_SYS_GETGID = SYS_getgid32,
    RP_SYS_GETEGID = SYS_getegid32,
    RP_SYS_CLOCK_GETTIME64 = 403, /* since Linux 5.1 */
};

/* What an ELF file must say of itself so that this library can be loaded into it. */
enum { RP_ELF_CLASS = 1 /* ELFCLASS32 */, RP_ELF_MACHINE = 40 /* EM_ARM */ };

#endif
