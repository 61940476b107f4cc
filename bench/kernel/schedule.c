/* Round robin over the process table; sleeping, waking, and the ticks that end a time slice. */
#include "arch/arch.h"
#include "kernel.h"
#include "process.h"

static int slice_over;

void make_runnable(struct process *process) {
  process->state = PROCESS_RUNNABLE;
  process->waits_for = NULL;
  process->wake_at = 0;
  if (process != current) timer_need_slice();
}

static struct process *next_runnable(void) {
  u64 from = (u64)(current - processes);
  for (u64 i = 1; i <= process_slots; i++) {
    struct process *process = &processes[(from + i) % process_slots];
    if (process->state == PROCESS_RUNNABLE) return process;
  }
  return NULL;
}

/* Nobody can run: waits for the timer. Interrupts stay masked, wfi ends on a pending one all the same. */
static void idle(void) {
  int sleepers = 0;
  for (u64 i = 0; i < process_slots; i++) {
    struct process *process = &processes[i];
    if (process->state == PROCESS_SLEEPING && (process->wake_at || process->alarm_at)) sleepers++;
  }
  if (!sleepers) panic("deadlock: every process waits for another");
  __asm__ volatile("wfi");
  if (csr_read(sip) & INTERRUPT_TIMER) timer_interrupt();
}

void schedule(void) {
  struct process *next;
  while (!(next = next_runnable())) idle();
  slice_over = 0;
  if (next == current) return;
  struct process *previous = current;
  float_leave(previous);
  current = next;
  arch_switch(&next->space);
  float_enter(next);
  switch_context(&previous->context, &next->context);
}

void sleep_on(const void *channel, u64 until) {
  current->waits_for = channel;
  current->wake_at = until;
  current->state = PROCESS_SLEEPING;
  if (until) timer_need(until);
  schedule();
}

void wake(const void *channel) {
  for (u64 i = 0; i < process_slots; i++)
    if (processes[i].state == PROCESS_SLEEPING && processes[i].waits_for == channel) make_runnable(&processes[i]);
}

void schedule_tick(u64 now) {
  int others = 0;
  for (u64 i = 0; i < process_slots; i++) {
    struct process *process = &processes[i];
    if (process->state == PROCESS_FREE || process->state == PROCESS_ZOMBIE) continue;
    if (process->alarm_at && process->alarm_at <= now) {
      process->alarm_at = 0;
      signal_raise(process, SIGALRM);
    }
    if (process->wake_at && process->wake_at <= now) make_runnable(process);
    if (process->alarm_at) timer_need(process->alarm_at);
    if (process->wake_at) timer_need(process->wake_at);
    if (process != current && process->state == PROCESS_RUNNABLE) others++;
  }
  slice_over = others;
  if (others) timer_need_slice();
}

void schedule_if_due(void) {
  if (slice_over) schedule();
}
