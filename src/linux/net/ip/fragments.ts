/** Puts datagrams together again that came in pieces (RFC 791), with a bound on what may be held for a peer that never ends. */
import type { NetHost } from '../host.ts';
import type { Decoded, Packet } from './packet.ts';

const MOST_DATAGRAMS = 32;
const MOST_PIECES = 64;
const LONGEST = 65_535;
const LIVES = 30e9;

interface Partial {
  readonly pieces: Map<number, Uint8Array>;
  total: number | null;
  readonly until: number;
}

export class Fragments {
  private readonly partial = new Map<string, Partial>();
  private readonly host: NetHost;

  constructor(host: NetHost) {
    this.host = host;
  }

  /** Takes a piece; the whole packet once all are there. */
  add({ packet, fragment }: Decoded): Packet | null {
    if (!fragment) return packet;
    const { offset, more, id } = fragment;
    const key = `${id} ${packet.protocol} ${packet.from} ${packet.to}`;
    const now = this.host.now();
    for (const [k, p] of this.partial) if (p.until < now) this.partial.delete(k);
    let known = this.partial.get(key);
    if (!known) {
      if (this.partial.size >= MOST_DATAGRAMS) this.partial.delete(this.partial.keys().next().value!);
      known = { pieces: new Map(), total: null, until: now + LIVES };
      this.partial.set(key, known);
    }
    const end = offset + packet.content.length;
    if (end > LONGEST || known.pieces.size >= MOST_PIECES || (more && packet.content.length % 8 !== 0)) {
      this.partial.delete(key);
      return null;
    }
    known.pieces.set(offset, packet.content.slice());
    if (!more) known.total = end;
    if (known.total === null) return null;
    const bytes = new Uint8Array(known.total);
    let at = 0;
    while (at < known.total) {
      const piece = known.pieces.get(at);
      if (!piece || piece.length === 0 || at + piece.length > known.total) return null;
      bytes.set(piece, at);
      at += piece.length;
    }
    this.partial.delete(key);
    return { ...packet, content: bytes };
  }
}
