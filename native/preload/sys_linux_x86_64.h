#ifndef RP_SYS_ARCH_H
#define RP_SYS_ARCH_H

/* The kernel's call convention; the result is negative errno on failure. One function for each
   count of arguments: every register that need not be set makes the library smaller. */
static inline long rp_sys0(long number) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number) : "rcx", "r11", "memory");
    return result;
}

static inline long rp_sys1(long number, long a) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(a) : "rcx", "r11", "memory");
    return result;
}

static inline long rp_sys2(long number, long a, long b) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b)
                     : "rcx", "r11", "memory");
    return result;
}

static inline long rp_sys3(long number, long a, long b, long c) {
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c)
                     : "rcx", "r11", "memory");
    return result;
}

static inline long rp_sys4(long number, long a, long b, long c, long d) {
    long result;
    register long r10 __asm__("r10") = d;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
}

static inline long rp_sys5(long number, long a, long b, long c, long d, long e) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
}

static inline long rp_sys6(long number, long a, long b, long c, long d, long e, long f) {
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
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
enum { RP_ELF_CLASS = 2 /* ELFCLASS64 */, RP_ELF_MACHINE = 62 /* EM_X86_64 */ };

#endif
