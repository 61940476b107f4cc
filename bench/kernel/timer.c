/*
 * The clock. Interrupts are asked for only when somebody waits for one (a sleeper, an alarm, another process that wants
 * the hart), so that a lone program runs undisturbed.
 */
#include "kernel.h"
#include "process.h"
#include "riscv.h"

#define NEVER (~0ull)

static u64 armed_for = NEVER;
static u64 slice; /* ticks */
static u64 count;

void timer_init(void) {
  slice = ticks_of(boot_number("slice_us", 10000));
  sbi_set_timer(NEVER);
  csr_set(sie, INTERRUPT_TIMER | INTERRUPT_SOFTWARE);
}

void timer_need(u64 ticks) {
  if (ticks >= armed_for) return;
  armed_for = ticks;
  sbi_set_timer(ticks);
}

void timer_need_slice(void) {
  if (armed_for == NEVER) timer_need(read_time() + slice);
}

void timer_interrupt(void) {
  u64 now = read_time();
  count++;
  armed_for = NEVER;
  schedule_tick(now);
  if (armed_for == NEVER) sbi_set_timer(NEVER); /* takes the pending interrupt back */
}

u64 timer_interrupts(void) { return count; }

u64 microseconds(void) { return read_time() * 1000000 / boot.timebase; }

u64 ticks_of(u64 microseconds) { return microseconds * boot.timebase / 1000000; }
