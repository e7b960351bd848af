/* The door of raw system calls: syscall(SYS_execve, …) and syscall(SYS_execveat, …). Every other
   number goes on to libc's function by a jump, with all registers and the stack as they came: vfork
   and clone return twice through what stands there, and a frame of ours would be gone by then. No
   table says how it is unwound: nothing is called from there. */

#include "launch.h"
#include "real.h"
#include "sys.h"

#include <assert.h>

#define HIDDEN __attribute__((visibility("hidden"), used))

static_assert(RP_DOOR_syscall == 0, "the jump goes through the first entry");

/* A program that makes a system call before this library is loaded has the call made here, as libc
   does it; there is nothing to jump to yet. */
#if defined(__x86_64__)
static_assert(SYS_execve == 59 && SYS_execveat == 322, "the numbers in the text below");
__asm__(".text\n"
        ".globl syscall\n"
        ".type syscall, @function\n"
        "syscall:\n"
        "    endbr64\n"
        "    cmpl $59, %edi\n"
        "    je rp_syscall_enter_execve\n"
        "    cmpl $322, %edi\n"
        "    je rp_syscall_enter_execveat\n"
        "    movq rp_real(%rip), %r11\n"
        "    testq %r11, %r11\n"
        "    je 1f\n"
        "    jmp *%r11\n"
        "1:  movq %rdi, %rax\n"
        "    movq %rsi, %rdi\n"
        "    movq %rdx, %rsi\n"
        "    movq %rcx, %rdx\n"
        "    movq %r8, %r10\n"
        "    movq %r9, %r8\n"
        "    movq 8(%rsp), %r9\n"
        "    syscall\n"
        "    cmpq $-4095, %rax\n"
        "    jae 2f\n"
        "    ret\n"
        "2:  movq %rax, %rdi\n"
        "    jmp rp_syscall_fail\n"
        ".size syscall, . - syscall\n");
#elif defined(__aarch64__)
static_assert(SYS_execve == 221 && SYS_execveat == 281, "the numbers in the text below");
__asm__(".text\n"
        ".globl syscall\n"
        ".type syscall, %function\n"
        ".balign 4\n"
        "syscall:\n"
        "    hint #34\n" /* bti c */
        "    cmp w0, #221\n"
        "    b.eq rp_syscall_enter_execve\n"
        "    cmp w0, #281\n"
        "    b.eq rp_syscall_enter_execveat\n"
        "    adrp x16, rp_real\n"
        "    ldr x16, [x16, :lo12:rp_real]\n"
        "    cbz x16, 1f\n"
        "    br x16\n"
        "1:  mov x8, x0\n"
        "    mov x0, x1\n"
        "    mov x1, x2\n"
        "    mov x2, x3\n"
        "    mov x3, x4\n"
        "    mov x4, x5\n"
        "    mov x5, x6\n"
        "    svc 0\n"
        "    cmn x0, #4095\n"
        "    b.cs rp_syscall_fail\n"
        "    ret\n"
        ".size syscall, . - syscall\n");
#elif defined(__arm__)
static_assert(SYS_execve == 11 && SYS_execveat == 387, "the numbers in the text below");
__asm__(".text\n"
        ".globl syscall\n"
        ".type syscall, %function\n"
        ".balign 4\n"
        ".arm\n"
        "syscall:\n"
        "    cmp r0, #11\n"
        "    beq rp_syscall_enter_execve\n"
        "    ldr r12, 3f\n"
        "    cmp r0, r12\n"
        "    beq rp_syscall_enter_execveat\n"
        "    ldr r12, 4f\n"
        "2:  add r12, pc, r12\n"
        "    ldr r12, [r12]\n"
        "    cmp r12, #0\n"
        "    bxne r12\n"
        "    mov r12, sp\n"
        "    push {r4, r5, r6, r7}\n"
        "    mov r7, r0\n"
        "    mov r0, r1\n"
        "    mov r1, r2\n"
        "    mov r2, r3\n"
        "    ldm r12, {r3, r4, r5, r6}\n"
        "    svc 0\n"
        "    pop {r4, r5, r6, r7}\n"
        "    cmn r0, #4096\n"
        "    bxls lr\n"
        "    b rp_syscall_fail\n"
        "3:  .word 387\n"
        "4:  .word rp_real - (2b + 8)\n"
        ".size syscall, . - syscall\n");
#endif

static intptr_t kernel_result(long result) {
    if (result >= 0)
        return result;
    *rp_sys_errno() = (int)-result;
    return -1;
}

HIDDEN long rp_syscall_fail(long result);
long rp_syscall_fail(long result) {
    return kernel_result(result);
}

static intptr_t run_execve(const struct rp_call *call, const char *const *environment) {
    return kernel_result(RP_SYS3(SYS_execve, call->path, call->argv, environment));
}

static intptr_t run_execveat(const struct rp_call *call, const char *const *environment) {
    return kernel_result(
        RP_SYS5(SYS_execveat, call->directory, call->path, call->argv, environment, call->flags));
}

/* The arguments stand where the caller of a variadic function puts them, which is where these two
   expect them on all three machines. */
HIDDEN long rp_syscall_enter_execve(long number, const char *path, const char *const *argv,
                                    const char *const *envp);
long rp_syscall_enter_execve(long number, const char *path, const char *const *argv,
                             const char *const *envp) {
    struct rp_call call = {.door = rp_real_doors[RP_DOOR_syscall],
                           .path = path,
                           .argv = argv,
                           .environment = envp,
                           .run = run_execve,
                           .directory = AT_FDCWD};
    (void)number;
    return rp_launch_call(&call);
}

HIDDEN long rp_syscall_enter_execveat(long number, int directory, const char *path,
                                      const char *const *argv, const char *const *envp, int flags);
long rp_syscall_enter_execveat(long number, int directory, const char *path,
                               const char *const *argv, const char *const *envp, int flags) {
    struct rp_call call = {.door = rp_real_doors[RP_DOOR_syscall],
                           .path = path,
                           .argv = argv,
                           .environment = envp,
                           .run = run_execveat,
                           .directory = directory,
                           .flags = flags};
    (void)number;
    return rp_launch_call(&call);
}
