/** What happens to containers, networks, volumes and images, for who listens. */

export interface EngineEvent {
  readonly type: 'container' | 'network' | 'volume' | 'image';
  readonly action: string;
  readonly id: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly time: number;
}

/** The latest that are kept, for who asks what was. */
const KEPT = 512;

export class EngineEvents {
  private readonly listeners = new Set<(event: EngineEvent) => void>();
  private readonly now: () => number;
  private latest: EngineEvent[] = [];

  constructor(now: () => number) {
    this.now = now;
  }

  tell(type: EngineEvent['type'], action: string, id: string, attributes: Readonly<Record<string, string>> = {}): void {
    const event = { type, action, id, attributes, time: this.now() };
    this.latest.push(event);
    if (this.latest.length > 2 * KEPT) this.latest = this.latest.slice(-KEPT);
    for (const listener of this.listeners) listener(event);
  }

  get kept(): readonly EngineEvent[] {
    return this.latest;
  }

  /** Calls `listener` for what happens from now on. Returns how to stop that. */
  listen(listener: (event: EngineEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}
