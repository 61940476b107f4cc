/** Process numbers: one number in each PID namespace from the task's own up to the first (pid_namespaces(7)). */

import { Namespace } from './namespace.ts';

/** What /proc/sys/kernel/pid_max may be; numbers are below it. */
export const LEAST_PID_MAX = 301;
export const MOST_PID_MAX = 4_194_304;
/** Where numbers begin again. */
const RESERVED = 300;

export class PidNamespace<T> extends Namespace {
  readonly parent: PidNamespace<T> | null;
  readonly level: number;
  readonly tasks = new Map<number, T>();
  private last = 0;
  most = MOST_PID_MAX;
  /** Nobody can be born here any more: its init has died. */
  closed = false;

  constructor(parent: PidNamespace<T> | null) {
    super();
    this.parent = parent;
    this.level = parent ? parent.level + 1 : 0;
  }

  next(): number {
    do this.last = this.last + 1 >= this.most ? RESERVED : this.last + 1;
    while (this.tasks.has(this.last));
    return this.last;
  }

  /** Whether it has its first process, without which there is no other. */
  get begun(): boolean {
    return this.tasks.has(1) || this.parent === null;
  }

  get newest(): number {
    return this.last;
  }
}

/** The numbers of one task, process group or session. */
export class Pid<T> {
  readonly namespace: PidNamespace<T>;
  /** By level. */
  private readonly numbers: number[] = [];

  /** `chosen`: its numbers in the innermost namespaces, which are free. */
  constructor(namespace: PidNamespace<T>, task: T, chosen: readonly number[] = []) {
    this.namespace = namespace;
    for (let ns: PidNamespace<T> | null = namespace; ns; ns = ns.parent) {
      const number = chosen[namespace.level - ns.level] ?? ns.next();
      this.numbers[ns.level] = number;
      ns.tasks.set(number, task);
    }
  }

  /** Its number as seen from a namespace; 0: it is not seen there. */
  in(ns: PidNamespace<T>): number {
    let own: PidNamespace<T> | null = this.namespace;
    while (own && own.level > ns.level) own = own.parent;
    return own === ns ? this.numbers[ns.level]! : 0;
  }

  /** The task is gone; its numbers may be given anew. */
  free(): void {
    for (let ns: PidNamespace<T> | null = this.namespace; ns; ns = ns.parent) ns.tasks.delete(this.numbers[ns.level]!);
  }
}
