/** Networks of src/linux in a simulated time, on wires that lose, double and turn around what they carry. */
import { addAddress, setUp } from '../../src/linux/net/configure.ts';
import type { NetHost } from '../../src/linux/net/host.ts';
import { AF, endpoint, sockaddrOf } from '../../src/linux/net/sockaddr.ts';
import type { Caller, Peer } from '../../src/linux/net/socket.ts';
import { StreamSocket } from '../../src/linux/net/sockets/stream.ts';
import { NetStack } from '../../src/linux/net/stack.ts';

const OWNER: Peer = { pid: 1, uid: 0, gid: 0, seenBy: () => OWNER };
export const ROOT: Caller = {
  owner: OWNER,
  self: {},
  can: () => true,
  lookUp: () => {
    throw new Error('no unix names here');
  },
  claim: () => () => {},
  network: () => {
    throw new Error('no other networks here');
  },
};

/** A time that goes on only when nothing is left to do now. */
export class Simulation implements NetHost {
  private time = 0;
  private list: { readonly at: number; readonly order: number; readonly fire: () => void }[] = [];
  private count = 0;
  private state = 1;

  now(): number {
    return this.time;
  }

  at(time: number, fire: () => void): () => void {
    const timer = { at: Math.max(time, this.time), order: this.count++, fire };
    this.list.push(timer);
    return () => {
      this.list = this.list.filter((t) => t !== timer);
    };
  }

  random(into: Uint8Array): void {
    for (let i = 0; i < into.length; i++) {
      this.state = (Math.imul(this.state, 1_664_525) + 1_013_904_223) >>> 0;
      into[i] = this.state >>> 24;
    }
  }

  /** Lets the next thing happen. False: nothing ever will. */
  step(): boolean {
    const next = this.list.reduce<(typeof this.list)[number] | null>(
      (a, b) => (a && (a.at < b.at || (a.at === b.at && a.order < b.order)) ? a : b),
      null,
    );
    if (!next) return false;
    this.list = this.list.filter((t) => t !== next);
    this.time = next.at;
    next.fire();
    return true;
  }

  /** Until `done`, or so many seconds of its time have passed. */
  run(done: () => boolean, seconds: number): boolean {
    const until = this.time + seconds * 1e9;
    while (!done()) {
      if (!this.step() || this.time > until) return done();
    }
    return true;
  }
}

/** What becomes of one frame: nanoseconds it takes, for each copy that arrives. */
export type Fate = (frame: Uint8Array) => readonly number[];

/** Two namespaces on one wire: 10.0.0.1 and 10.0.0.2. */
export function twoStacks(time: Simulation, fate: Fate): [NetStack, NetStack] {
  const ends: ((frame: Uint8Array) => void)[] = [];
  const make = (number: number): NetStack => {
    const stack = new NetStack(time);
    const wire = stack.interfaces.addWire('eth0', Uint8Array.of(2, 0, 0, 0, 0, number), (receive) => {
      ends[number] = receive;
      return {
        close: () => {},
        send: (frame) => {
          for (const delay of fate(frame)) time.at(time.now() + delay, () => ends[3 - number]!(frame));
        },
      };
    });
    addAddress(stack, wire, { address: `10.0.0.${number}`, bits: 24 });
    setUp(stack, stack.interfaces.loopback, true);
    setUp(stack, wire, true);
    return stack;
  };
  return [make(1), make(2)];
}

export const inet = (address: string, port: number): Uint8Array => sockaddrOf(endpoint(address, port), AF.INET);
export const tcpSocket = (stack: NetStack): StreamSocket => new StreamSocket(stack, AF.INET, OWNER);
