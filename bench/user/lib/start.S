# exec leaves argc in a0 and argv in a1.
.text
.globl _start
_start:
  call main
  call exit

# Where a signal handler returns to.
.globl signal_restorer
signal_restorer:
  li a7, 20 # SYS_sigreturn
  ecall
