/** What an administrator may change of the whole kernel (/proc/sys). */
export interface KernelSettings {
  /** vm.overcommit_memory: 0 refuses what is plainly too much, 1 nothing, 2 what is beyond the share below. */
  overcommit: number;
  /** Percent of all memory that may be promised under 2. */
  overcommitRatio: number;
  /** Areas of an address space. */
  mostMaps: number;
  /** Bytes of a pipe, for who has no CAP_SYS_RESOURCE. */
  pipeMost: number;
  /** What one user may have of inotify, and what one instance keeps until it is read. */
  readonly inotify: { max_queued_events: number; max_user_instances: number; max_user_watches: number };
}

export const kernelSettings = (): KernelSettings => ({
  overcommit: 1,
  overcommitRatio: 50,
  mostMaps: 65_530,
  pipeMost: 1_048_576,
  inotify: { max_queued_events: 16_384, max_user_instances: 128, max_user_watches: 65_536 },
});
