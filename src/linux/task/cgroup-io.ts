/** What a control group reads and writes, by device, and how fast it may (io.max, io.stat). Each file system is a device. */

export const IO_LIMITS = ['rbps', 'wbps', 'riops', 'wiops'] as const;
/** Bytes or operations in a second. */
export type IoLimits = Record<(typeof IO_LIMITS)[number], number>;

export interface IoStat {
  rbytes: number;
  wbytes: number;
  rios: number;
  wios: number;
}

export class IoUse {
  /** By device, as `major:minor`. */
  readonly limits = new Map<string, IoLimits>();
  readonly stats = new Map<string, IoStat>();
  /** When it may go on (nanoseconds); what it used too fast is waited for afterwards. */
  readyAt = 0;

  /** Who moved something last mostly moves the next as well. */
  private latest: { readonly device: string; readonly stat: IoStat } | null = null;

  /** Returns whether who moved so many bytes has to wait now. */
  book(device: string, kind: 'read' | 'write', bytes: number, clock: { now(): number }): boolean {
    const stat = this.latest?.device === device ? this.latest.stat : this.statOf(device);
    if (kind === 'read') {
      stat.rbytes += bytes;
      stat.rios++;
    } else {
      stat.wbytes += bytes;
      stat.wios++;
    }
    if (this.limits.size === 0 && this.readyAt === 0) return false;
    const now = clock.now();
    const limits = this.limits.get(device);
    if (limits) {
      const read = kind === 'read';
      const seconds = Math.max(bytes / limits[read ? 'rbps' : 'wbps'], 1 / limits[read ? 'riops' : 'wiops']);
      this.readyAt = Math.max(this.readyAt, now) + seconds * 1e9;
    }
    return this.readyAt > now;
  }

  private statOf(device: string): IoStat {
    let stat = this.stats.get(device);
    if (!stat) {
      stat = { rbytes: 0, wbytes: 0, rios: 0, wios: 0 };
      this.stats.set(device, stat);
    }
    this.latest = { device, stat };
    return stat;
  }

  get total(): { readonly read: number; readonly written: number } {
    let [read, written] = [0, 0];
    for (const stat of this.stats.values()) {
      read += stat.rbytes;
      written += stat.wbytes;
    }
    return { read, written };
  }
}
