/** The distributions of a VM that runs: their disks are opened, mounted, started and given back here. */
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { InputError, isInputError } from '../../abi/errors.ts';
import { FileDisk } from '../../devices/block/disk.ts';
import { openSyncFile } from '../../devices/node/sync-file.ts';
import type { SyncFile } from '../../devices/sync-file.ts';
import { emptyExt4 } from '../../image/ext4.ts';
import { MARK, scriptWords } from '../../machine/light/scripts.ts';
import { deviceOf, type LightVm } from '../../machine/light/vm.ts';
import { type Distro, diskOf } from './registry.ts';
import { type DistroSettings, distroSettings } from './settings.ts';

/** A user of a distribution, as its /etc/passwd has it. */
export interface User {
  readonly name: string;
  readonly id: number;
  readonly group: number;
  readonly home: string;
  readonly shell: string;
}

export interface Running {
  readonly settings: DistroSettings;
  /** What is wrong with its wsl.conf, or null; told once. */
  warning: string | null;
  readonly passwd: string;
}

const ROOT: User = { name: 'root', id: 0, group: 0, home: '/root', shell: '/bin/sh' };
/** Makes a sparse file with an empty file system. */
export function makeDisk(file: string, size: number): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const handle = openSync(file, 'w', 0o600);
  try {
    for (const { at, bytes } of emptyExt4({ size, uuid: randomBytes(16), time: Math.floor(Date.now() / 1000) }))
      writeSync(handle, bytes, 0, bytes.length, at);
    ftruncateSync(handle, size);
  } finally {
    closeSync(handle);
  }
}

/** The line of a user; null where there is none. */
export function userOf(passwd: string, name: string): User | null {
  for (const line of passwd.split('\n')) {
    const [user, , id, group, , home, shell] = line.split(':');
    if (user !== name || !/^\d+$/.test(id ?? '') || !/^\d+$/.test(group ?? '')) continue;
    return { name, id: Number(id), group: Number(group), home: home || '/', shell: shell || '/bin/sh' };
  }
  return name === 'root' ? ROOT : null;
}

export class Distros {
  private readonly vm: LightVm;
  private readonly state: string;
  private readonly open = new Map<number, SyncFile>();
  private readonly running = new Map<number, Promise<Running>>();
  /** Slots something else than running is done with. */
  private readonly busy = new Map<number, string>();

  constructor(vm: LightVm, state: string) {
    this.vm = vm;
    this.state = state;
    vm.onStopped = (number) => {
      this.running.delete(number);
      this.close(number);
    };
  }

  /** Slots in use, whether a distribution is registered for them or not. */
  get taken(): ReadonlySet<number> {
    return new Set(this.open.keys());
  }

  private attach(number: number, file: string): void {
    if (!existsSync(file)) throw new InputError(`${file} is missing`, 'Restore it, or unregister the distribution.');
    const opened = openSyncFile(file);
    this.open.set(number, opened);
    this.vm.attach(number, new FileDisk(opened));
  }

  private close(number: number): void {
    const file = this.open.get(number);
    if (!file) return;
    this.vm.attach(number, null);
    file.flush();
    file.close();
    this.open.delete(number);
  }

  /** The distribution, running. */
  async start(distro: Distro): Promise<Running> {
    const { number } = distro;
    this.notBusy(distro);
    const running = this.running.get(number);
    if (running) return running;
    const starting = this.startNow(distro);
    this.running.set(number, starting);
    starting.catch(() => this.running.delete(number));
    return starting;
  }

  private async startNow({ name, number }: Distro): Promise<Running> {
    this.attach(number, diskOf(this.state, name));
    try {
      const peek = await this.vm.command(scriptWords('peek', deviceOf(number), `/mnt/${number}`));
      if (peek.ending.code !== 0) throw new InputError(`the disk of ${name} cannot be mounted: ${peek.stderr.trim()}`);
      const [conf, passwd] = peek.stdout.split(MARK) as [string, string];
      let settings = distroSettings(name, '');
      let warning: string | null = null;
      try {
        settings = distroSettings(name, conf);
      } catch (error) {
        // A distribution that could not be entered could not be mended either.
        if (!isInputError(error)) throw error;
        warning = `${error.message}\n  The whole file is left out.`;
      }
      await this.vm.start({ number, hostname: settings.hostname, share: settings.share });
      if (settings.boot) {
        const boot = await this.vm.command(['sh', '-c', settings.boot], { distro: number });
        if (boot.ending.code !== 0)
          warning = `[boot] command of ${name} failed (${boot.ending.code}): ${boot.stderr.trim()}`;
      }
      return { settings, warning, passwd };
    } catch (error) {
      this.close(number);
      throw error;
    }
  }

  isRunning({ number }: Distro): boolean {
    return this.vm.runs(number);
  }

  /** Ends what runs in it, and gives its disk back. */
  async stop({ number }: Distro): Promise<void> {
    await this.running.get(number)?.catch(() => {});
    await this.vm.stop(number);
  }

  private notBusy({ name, number }: Pick<Distro, 'name' | 'number'>): void {
    const what = this.busy.get(number);
    if (what) throw new InputError(`${name} is being ${what}`, 'Wait for it.');
  }

  /** Does something with a distribution's disk that nothing else may use meanwhile; without `file` nothing is done with the disk itself. */
  async exclusively<T>(
    distro: Pick<Distro, 'name' | 'number'>,
    what: string,
    file: string | null,
    work: (device: string, mountAt: string) => Promise<T>,
  ): Promise<T> {
    const { number } = distro;
    this.notBusy(distro);
    this.busy.set(number, what);
    try {
      await this.stop({ ...distro, created: '' });
      if (file !== null) this.attach(number, file);
      try {
        return await work(deviceOf(number), `/mnt/${number}`);
      } finally {
        if (file !== null) await this.release(`/mnt/${number}`);
        this.close(number);
      }
    } finally {
      this.busy.delete(number);
    }
  }

  /** Sees to it that nothing is mounted there, whatever became of the script that did. */
  async release(at: string): Promise<void> {
    const { ending } = await this.vm.command(scriptWords('release', at));
    if (ending.code !== 0) throw new Error(`${at} stays mounted`);
  }

  /** A user by name, as the distribution has them now. */
  async user({ name: distro, number }: Distro, running: Running, name: string): Promise<User> {
    const then = userOf(running.passwd, name);
    if (then) return then;
    const now = await this.vm.command(['cat', '/etc/passwd'], { distro: number });
    const user = userOf(now.stdout, name);
    if (!user) throw new InputError(`there is no user ${name} in ${distro}`);
    return user;
  }
}
