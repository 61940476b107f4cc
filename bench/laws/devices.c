/* Exits that have nothing to do with memory: firmware, a device, and waiting. */
#include "probe.h"

#define UART_LINE_STATUS 0x10000005ull

/* Three firmware calls, one device read and one wait for a timer that is due at once, all with translation on. */
u64 event_devices(u64 n) {
  tables_enter(tables_root(SV39), SV39);
  csr_set(sie, INTERRUPT_TIMER);
  u64 idle = 0;
  publish_iterations(n);
  roi_begin();
  for (u64 i = 0; i < n; i++) {
    sbi_spec_version();
    idle += *(volatile u8 *)UART_LINE_STATUS >> 6 & 1;
    sbi_set_timer(read_time());
    __asm__ volatile("wfi");
    sbi_set_timer(~0ull);
  }
  roi_end();
  return idle;
}
