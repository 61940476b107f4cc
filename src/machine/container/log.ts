/** What a container wrote: the latest of it is kept, and who listens hears it as it comes. */

export type StreamName = 'stdout' | 'stderr';

export interface LogEntry {
  readonly stream: StreamName;
  /** Milliseconds since 1970, of the container's clock. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

export type Listener = (entry: LogEntry) => void;

/** Bytes kept of one container, and what an entry costs beside its own: a program may write byte by byte. */
const LIMIT = 4 * 2 ** 20;
const ENTRY_COST = 64;
const costOf = ({ bytes }: LogEntry): number => bytes.length + ENTRY_COST;

export class OutputLog {
  private readonly entries: LogEntry[] = [];
  /** Those before it are gone. */
  private first = 0;
  private size = 0;
  private readonly listeners = new Set<Listener>();

  write(stream: StreamName, time: number, bytes: Uint8Array): void {
    const entry = { stream, time, bytes };
    this.entries.push(entry);
    this.size += costOf(entry);
    while (this.size > LIMIT && this.first < this.entries.length - 1) this.size -= costOf(this.entries[this.first++]!);
    // Half of it at a time, not all of it for each entry.
    if (this.first > this.entries.length / 2) {
      this.entries.splice(0, this.first);
      this.first = 0;
    }
    for (const listener of this.listeners) listener(entry);
  }

  /** What was kept, oldest first. */
  get kept(): readonly LogEntry[] {
    return this.entries.slice(this.first);
  }

  get latest(): LogEntry | undefined {
    return this.entries.at(-1);
  }

  /** Calls `listener` for what comes from now on. Returns how to stop that. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
