/** A DNS server (RFC 1035) that knows the names of the lab, and nothing else: no query leaves the machine. */
import { ipv4Text, viewOf } from '../../abi/frame.ts';

export const DNS_PORT = 53;
const HEADER = 12;
const TYPE = { A: 1, PTR: 12, AAAA: 28, ANY: 255 } as const;
const INTERNET = 1;
const FLAG = {
  response: 0x8000,
  opcode: 0x7800,
  authoritative: 0x0400,
  recursionDesired: 0x0100,
  available: 0x0080,
} as const;
const CODE = { ok: 0, format: 1, notImplemented: 4, noName: 3 } as const;
const TTL_SECONDS = 60;
const MOST_NAME = 255;
/** A name that was said before, in the question: a pointer to it. */
const THE_NAME = 0xc000 | HEADER;

/** Names (without a dot at the end, in lower case) and their addresses. */
export type Names = ReadonlyMap<string, Uint8Array>;

/** The question's name and where it ends; null where it is none. Questions have no use for compression. */
function readName(message: Uint8Array): { name: string; end: number } | null {
  const labels: string[] = [];
  for (let at = HEADER; at < message.length; ) {
    const length = message[at]!;
    if (length === 0) return { name: labels.join('.').toLowerCase(), end: at + 1 };
    if (length > 63 || at + length - HEADER > MOST_NAME) return null;
    labels.push(String.fromCharCode(...message.subarray(at + 1, at + 1 + length)));
    at += 1 + length;
  }
  return null;
}

const writeName = (name: string): number[] => [
  ...name.split('.').flatMap((label) => [label.length, ...new TextEncoder().encode(label)]),
  0,
];

/** Answers a query; null where it is none. */
export function answerDns(query: Uint8Array, names: Names): Uint8Array | null {
  if (query.length < HEADER) return null;
  const view = viewOf(query);
  const flags = view.getUint16(2);
  if (flags & FLAG.response) return null;
  const reply = (code: number, question: Uint8Array, data: readonly number[] | null, type = 0): Uint8Array => {
    const record = data
      ? [THE_NAME, type, INTERNET, 0, TTL_SECONDS, data.length].flatMap((n) => [n >> 8, n & 255])
      : [];
    const message = Uint8Array.of(...new Uint8Array(HEADER), ...question, ...record, ...(data ?? []));
    const out = viewOf(message);
    out.setUint16(0, view.getUint16(0));
    const kept = flags & (FLAG.opcode | FLAG.recursionDesired);
    out.setUint16(2, FLAG.response | FLAG.authoritative | FLAG.available | kept | code);
    out.setUint16(4, question.length > 0 ? 1 : 0);
    out.setUint16(6, data ? 1 : 0);
    return message;
  };
  if (flags & FLAG.opcode) return reply(CODE.notImplemented, new Uint8Array(0), null);
  const asked = view.getUint16(4) === 1 ? readName(query) : null;
  if (!asked || asked.end + 4 > query.length) return reply(CODE.format, new Uint8Array(0), null);
  const type = view.getUint16(asked.end);
  const question = query.subarray(HEADER, asked.end + 4);
  const address = names.get(asked.name);
  if (address) {
    const given = type === TYPE.A || type === TYPE.ANY;
    return reply(CODE.ok, question, given ? [...address] : null, TYPE.A);
  }
  if (asked.name.endsWith('.in-addr.arpa')) {
    const wanted = asked.name.split('.').slice(0, 4).reverse().join('.');
    // The first name of an address is its proper one.
    const found = [...names].find(([, known]) => ipv4Text(known) === wanted);
    if (found) return reply(CODE.ok, question, type === TYPE.PTR ? writeName(found[0]) : null, TYPE.PTR);
  }
  return reply(CODE.noName, question, null);
}
