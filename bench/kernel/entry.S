# The ways into the kernel and out of it: boot, traps, and the switch from one process to another.

#define FRAME (34 * 8)
#define STATUS (32 * 8)
#define CAUSE (33 * 8)
#define SPP 0x100

# Boot: a0 hart, a1 device tree; a2 to a4 are set by a paravirtual machine only.
.section .text.boot, "ax"
.globl _start
_start:
  la sp, boot_stack_top
  la t0, bss_start
  la t1, bss_end
1:
  sd zero, 0(t0)
  addi t0, t0, 8
  bltu t0, t1, 1b
  call kernel_main

.section .noinit, "aw", @nobits
.balign 16
boot_stack:
  .space 8192
boot_stack_top:

.macro general op
  \op ra, 1*8(sp)
  \op gp, 3*8(sp)
  \op tp, 4*8(sp)
  \op t0, 5*8(sp)
  \op t1, 6*8(sp)
  \op t2, 7*8(sp)
  \op s0, 8*8(sp)
  \op s1, 9*8(sp)
  \op a0, 10*8(sp)
  \op a1, 11*8(sp)
  \op a2, 12*8(sp)
  \op a3, 13*8(sp)
  \op a4, 14*8(sp)
  \op a5, 15*8(sp)
  \op a6, 16*8(sp)
  \op a7, 17*8(sp)
  \op s2, 18*8(sp)
  \op s3, 19*8(sp)
  \op s4, 20*8(sp)
  \op s5, 21*8(sp)
  \op s6, 22*8(sp)
  \op s7, 23*8(sp)
  \op s8, 24*8(sp)
  \op s9, 25*8(sp)
  \op s10, 26*8(sp)
  \op s11, 27*8(sp)
  \op t3, 28*8(sp)
  \op t4, 29*8(sp)
  \op t5, 30*8(sp)
  \op t6, 31*8(sp)
.endm

# Traps. sscratch holds the top of the current process's kernel stack while a program runs, and 0 while the kernel does.
.text
.balign 4
.globl trap_vector
trap_vector:
  csrrw sp, sscratch, sp
  bnez sp, 1f
  csrrw sp, sscratch, zero
  addi sp, sp, -FRAME
  general sd
  addi t0, sp, FRAME
  j 2f
1:
  addi sp, sp, -FRAME
  general sd
  csrrw t0, sscratch, zero
2:
  sd t0, 2*8(sp)
  csrr t1, sepc
  csrr t2, sstatus
  csrr t3, scause
  sd t1, 0(sp)
  sd t2, STATUS(sp)
  sd t3, CAUSE(sp)
  mv a0, sp
  call trap

# Leaves by the trap frame at sp.
.globl trap_return
trap_return:
  ld t1, 0(sp)
  ld t2, STATUS(sp)
  csrw sepc, t1
  csrw sstatus, t2
  andi t2, t2, SPP
  bnez t2, 1f
  addi t0, sp, FRAME
  csrw sscratch, t0
1:
  general ld
  ld sp, 2*8(sp)
  sret

# switch_context(from, to): what the C calling convention preserves is a process's whole kernel state.
.macro preserved op, base
  \op ra, 0*8(\base)
  \op sp, 1*8(\base)
  \op s0, 2*8(\base)
  \op s1, 3*8(\base)
  \op s2, 4*8(\base)
  \op s3, 5*8(\base)
  \op s4, 6*8(\base)
  \op s5, 7*8(\base)
  \op s6, 8*8(\base)
  \op s7, 9*8(\base)
  \op s8, 10*8(\base)
  \op s9, 11*8(\base)
  \op s10, 12*8(\base)
  \op s11, 13*8(\base)
.endm

.globl switch_context
switch_context:
  preserved sd, a0
  preserved ld, a1
  ret
