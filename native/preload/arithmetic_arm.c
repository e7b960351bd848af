/* ARMv7 need not divide and has no registers of 64 bits, so the compiler calls these functions of
   the "Run-time ABI for the Arm Architecture" (4.2 and 4.3), and this library has no compiler's
   library. They are called for clocks and for numbers that are written out, never in a loop over
   text. */

#include <stdbool.h>
#include <stdint.h>

#define HIDDEN __attribute__((visibility("hidden"), used))

/* With shifts of 32 bits only: longer ones are calls of these functions. */
HIDDEN uint64_t __aeabi_llsl(uint64_t number, int by);
uint64_t __aeabi_llsl(uint64_t number, int by) {
    uint32_t low = (uint32_t)number;
    uint32_t high = (uint32_t)(number >> 32);
    if (by >= 32) {
        high = low << (by - 32);
        low = 0;
    } else if (by > 0) {
        high = high << by | low >> (32 - by);
        low <<= by;
    }
    return (uint64_t)high << 32 | low;
}

HIDDEN uint64_t __aeabi_llsr(uint64_t number, int by);
uint64_t __aeabi_llsr(uint64_t number, int by) {
    uint32_t low = (uint32_t)number;
    uint32_t high = (uint32_t)(number >> 32);
    if (by >= 32) {
        low = high >> (by - 32);
        high = 0;
    } else if (by > 0) {
        low = low >> by | high << (32 - by);
        high >>= by;
    }
    return (uint64_t)high << 32 | low;
}

/* Shift and subtract: one bit of the quotient a round. Division by zero has no meaning here. */
HIDDEN uint64_t rp_arithmetic_divide_unsigned(uint64_t numerator, uint64_t divisor,
                                              uint64_t *remainder);
uint64_t rp_arithmetic_divide_unsigned(uint64_t numerator, uint64_t divisor, uint64_t *remainder) {
    uint64_t quotient = 0;
    uint64_t rest = 0;
    for (int bit = 63; bit >= 0; bit--) {
        bool carry = rest >> 63 != 0;
        rest = rest << 1 | (numerator >> bit & 1);
        if (carry || rest >= divisor) {
            rest -= divisor;
            quotient |= UINT64_C(1) << bit;
        }
    }
    *remainder = rest;
    return quotient;
}

static uint64_t magnitude_of(int64_t number) {
    return number < 0 ? -(uint64_t)number : (uint64_t)number;
}

HIDDEN int64_t rp_arithmetic_divide_signed(int64_t numerator, int64_t divisor, int64_t *remainder);
int64_t rp_arithmetic_divide_signed(int64_t numerator, int64_t divisor, int64_t *remainder) {
    uint64_t rest;
    uint64_t quotient =
        rp_arithmetic_divide_unsigned(magnitude_of(numerator), magnitude_of(divisor), &rest);
    *remainder = numerator < 0 ? -(int64_t)rest : (int64_t)rest;
    return (numerator < 0) != (divisor < 0) ? -(int64_t)quotient : (int64_t)quotient;
}

/* The quotient in the lower word, the remainder in the upper one, which are r0 and r1. */
HIDDEN uint64_t __aeabi_uidivmod(uint32_t numerator, uint32_t divisor);
uint64_t __aeabi_uidivmod(uint32_t numerator, uint32_t divisor) {
    uint64_t remainder;
    uint64_t quotient = rp_arithmetic_divide_unsigned(numerator, divisor, &remainder);
    return quotient | remainder << 32;
}

HIDDEN uint32_t __aeabi_uidiv(uint32_t numerator, uint32_t divisor);
uint32_t __aeabi_uidiv(uint32_t numerator, uint32_t divisor) {
    return (uint32_t)__aeabi_uidivmod(numerator, divisor);
}

/* Two results of 64 bits, in r0 to r3, are more than C can return in registers. */
#define DIVIDE(name, function)                                                                     \
    __asm__(".text\n"                                                                              \
            ".globl " name "\n"                                                                    \
            ".hidden " name "\n"                                                                   \
            ".type " name ", %function\n"                                                          \
            ".arm\n" name ":\n"                                                                    \
            "    push {r11, lr}\n"                                                                 \
            "    sub sp, sp, #16\n"                                                                \
            "    add r12, sp, #8\n"                                                                \
            "    str r12, [sp]\n"                                                                  \
            "    blx " function "\n"                                                               \
            "    ldrd r2, r3, [sp, #8]\n"                                                          \
            "    add sp, sp, #16\n"                                                                \
            "    pop {r11, pc}\n"                                                                  \
            ".size " name ", . - " name "\n")

DIVIDE("__aeabi_uldivmod", "rp_arithmetic_divide_unsigned");
DIVIDE("__aeabi_ldivmod", "rp_arithmetic_divide_signed");
