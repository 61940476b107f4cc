/** Two interfaces joined by a cable, usually in two namespaces (veth(4)). */
import type { Carrier } from './interface.ts';

/** One end of the cable. */
export class CableEnd implements Carrier {
  readonly kind = 'veth';
  private other: CableEnd | null = null;
  /** Takes what comes out here. */
  receive: (frame: Uint8Array) => void = () => {};
  /** Removes the interface of this end; called when the other end goes. */
  remove: () => void = () => {};
  /** Whether the interface of this end is up. */
  up: () => boolean = () => false;
  /** Index of the interface of this end. */
  index = 0;

  static pair(): [CableEnd, CableEnd] {
    const [a, b] = [new CableEnd(), new CableEnd()];
    a.other = b;
    b.other = a;
    return [a, b];
  }

  get peer(): CableEnd | null {
    return this.other;
  }

  get connected(): boolean {
    return this.other?.up() ?? false;
  }

  send(frame: Uint8Array): void {
    this.other?.receive(frame);
  }

  close(): void {
    const { other } = this;
    if (!other) return;
    this.other = null;
    other.other = null;
    other.remove();
  }
}
