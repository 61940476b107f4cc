/* Picks the event that the command line names, runs it and says how it went. */
#include "probe.h"

static const struct {
  const char *name;
  event_fn *run;
} EVENTS[] = {
    {"load", event_load},
    {"touch", event_touch},
    {"touch-tables", event_touch_tables},
    {"pte-store", event_pte_store},
    {"pte-store-fence", event_pte_store_fence},
    {"satp", event_satp},
    {"syscall", event_syscall},
    {"fault", event_fault},
    {"privileged", event_privileged},
    {"devices", event_devices},
};

__attribute__((noreturn)) void probe_main(u64 hart, const void *device_tree) {
  boot_read(hart, device_tree);
  u64 n = boot_number("n", 1);
  for (u64 i = 0; i < ARRAY_LENGTH(EVENTS); i++) {
    if (!boot_option("event", EVENTS[i].name)) continue;
    u64 happened = EVENTS[i].run(n);
    publish_result(happened);
    print("PASS %s %x\n", EVENTS[i].name, happened);
    sbi_shutdown(0);
  }
  print("FAIL probe no such event: %s\n", boot.bootargs);
  sbi_shutdown(1);
}
