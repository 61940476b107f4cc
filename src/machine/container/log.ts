/** What a container wrote: the latest of it is kept, and who listens hears it as it comes. */

export type StreamName = 'stdout' | 'stderr';

export interface LogEntry {
  readonly stream: StreamName;
  /** Milliseconds since 1970, of the container's clock. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

export type Listener = (entry: LogEntry) => void;

/** Bytes kept of one container. */
const LIMIT = 4 * 2 ** 20;

export class OutputLog {
  private entries: LogEntry[] = [];
  private size = 0;
  private readonly listeners = new Set<Listener>();

  write(stream: StreamName, time: number, bytes: Uint8Array): void {
    const entry = { stream, time, bytes };
    this.entries.push(entry);
    this.size += bytes.length;
    let drop = 0;
    while (this.size > LIMIT && drop < this.entries.length - 1) this.size -= this.entries[drop++]!.bytes.length;
    if (drop) this.entries = this.entries.slice(drop);
    for (const listener of this.listeners) listener(entry);
  }

  /** What was kept, oldest first. */
  get kept(): readonly LogEntry[] {
    return this.entries;
  }

  /** Calls `listener` for what comes from now on. Returns how to stop that. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
