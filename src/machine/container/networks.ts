/** Networks of containers: the one all are on, and those people make, on which containers find each other by name. */
import { InputError } from '../../abi/errors.ts';
import { LabSwitch } from '../network.ts';
import { NAME, newId } from './names.ts';

export interface Network {
  readonly id: string;
  readonly name: string;
  /** bridge: a wire of its own; none: no wire; host: the kernel's own network; container: that of another, which has it as a name. */
  readonly driver: 'bridge' | 'none' | 'host' | 'container';
  readonly wire: LabSwitch | null;
  /** `a.b.c.0/24`; empty without a wire. */
  readonly subnet: string;
  readonly gateway: string;
  readonly created: number;
  readonly labels: Readonly<Record<string, string>>;
  /** Whether a person made it: its containers are found by their names. */
  readonly own: boolean;
  /** Of one's own: which of the addresses it has. */
  readonly number: number;
}

/** One of one's own as it is kept. */
export type KeptNetwork = Pick<Network, 'id' | 'name' | 'created' | 'labels' | 'number'>;

/** Of 172.16.0.0/12 the networks from 172.18.0.0 on, as Docker's. */
const FIRST = 18;
const MOST = 200;

export class Networks {
  private readonly all = new Map<string, Network>();
  private made = 0;

  /** `bridge` is the wire of those that name no other. */
  constructor(bridge: LabSwitch, now: number) {
    const given = { created: now, labels: {}, own: false, number: -1 };
    for (const driver of ['bridge', 'host', 'none'] as const)
      this.put({ ...given, id: newId(), name: driver, driver, ...placeOf(driver === 'bridge' ? bridge : null) });
  }

  private put(network: Network): Network {
    this.all.set(network.id, network);
    return network;
  }

  list(): Network[] {
    return [...this.all.values()];
  }

  has(name: string): boolean {
    return this.list().some((n) => n.name === name || n.id === name);
  }

  /** By name, number, or the beginning of its number. Throws InputError where there is none. */
  find(text: string): Network {
    const list = this.list();
    const found =
      list.find((n) => n.name === text || n.id === text) ??
      list.find((n) => /^[0-9a-f]{3,}$/.test(text) && n.id.startsWith(text));
    if (!found)
      throw new InputError(`there is no network ${text}`, `There are: ${list.map((n) => n.name).join(', ')}.`);
    return found;
  }

  /** The network of another container, `container:ID`, which is in no list. */
  joined(name: string): Network {
    return { id: '', name, driver: 'container', created: 0, labels: {}, own: false, number: -1, ...placeOf(null) };
  }

  /** Makes one of a name nobody has. */
  create(name: string, labels: Readonly<Record<string, string>>, now: number): Network {
    if (!NAME.test(name)) throw new InputError(`“${name}” is no name for a network`);
    if (this.has(name)) throw new InputError(`there is a network ${name} already`);
    if (this.all.size >= MOST) throw new InputError(`there are ${MOST} networks already`);
    return this.restore({ id: newId(), name, created: now, labels, number: this.made });
  }

  /** Puts one there again as it was, with its addresses. */
  restore(kept: KeptNetwork): Network {
    const { number } = kept;
    this.made = Math.max(this.made, number + 1);
    const wire = new LabSwitch({ network: [172, FIRST + (Math.floor(number / 256) % 13), number % 256] });
    return this.put({ ...kept, driver: 'bridge', own: true, ...placeOf(wire) });
  }

  /** Those of one's own, to be kept. */
  get kept(): KeptNetwork[] {
    const own = this.list().filter((network) => network.own);
    return own.map(({ id, name, created, labels, number }) => ({ id, name, created, labels, number }));
  }

  /** Takes one that nobody uses away. */
  remove({ id, own, name }: Network): void {
    if (!own) throw new InputError(`the network ${name} is always there`);
    this.all.delete(id);
  }
}

function placeOf(wire: LabSwitch | null): Pick<Network, 'wire' | 'subnet' | 'gateway'> {
  if (!wire) return { wire, subnet: '', gateway: '' };
  const gateway = [...wire.host.gateway];
  return { wire, subnet: `${gateway.slice(0, 3).join('.')}.0/24`, gateway: gateway.join('.') };
}
