/** Attempts of root on a real Linux kernel: in a distribution of the light VM, in the VM itself, and with the outside inside. */
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MACHINE_DEFAULT, type MachineConfig } from '../../abi/config.ts';
import type { EscapeControlId, EscapeHostingId } from '../../abi/escapes.ts';
import { Overlay } from '../../devices/block/overlay.ts';
import { HostFolder } from '../../devices/node/host-folder.ts';
import { EXT4_GROUP, emptyExt4 } from '../../image/ext4.ts';
import { scriptWords } from '../../machine/light/scripts.ts';
import { deviceOf, LightVm, type LightVmImages, type LightVmParts } from '../../machine/light/vm.ts';
import type { MachineState } from '../../machine/snapshot.ts';
import type { HostOutside } from './outside.ts';
import { ATTEMPT_MS, type Attempted, changes, type State, secretText, type World, within } from './world.ts';

const SHARE = '/mnt/host';
const SOCKET = 'trapframe-neighbour';
const BOOT_MS = 120_000;
const END_MS = 200;
const config: MachineConfig = {
  ...MACHINE_DEFAULT,
  memory: 96 * 2 ** 20,
  codePages: 4096,
  engine: 'jit',
  counting: false,
};

export type VmPlace = Extract<EscapeHostingId, 'vm' | 'wsl2'> | Extract<EscapeControlId, 'linux'>;

/** Boots once; worlds begin from what was saved then. */
export class VmBooter {
  private readonly module: WebAssembly.Module;
  private readonly images: LightVmImages;
  private readonly outside: HostOutside;
  private state: Promise<MachineState> | null = null;

  constructor(module: WebAssembly.Module, images: LightVmImages, outside: HostOutside) {
    this.module = module;
    this.images = images;
    this.outside = outside;
  }

  private parts(folder: string): LightVmParts {
    return {
      module: this.module,
      config,
      share: new HostFolder(folder),
      onConsole: () => {},
      clock: () => BigInt(Date.now()) * 1_000_000n,
      random: (count) => new Uint8Array(randomBytes(count)),
    };
  }

  private async boot(): Promise<MachineState> {
    const vm = await LightVm.boot(this.parts(this.outside.share), this.images);
    const state = await vm.save('', {});
    await vm.powerOff();
    return state;
  }

  /** A VM that has just booted, with a folder of the host. */
  async start(folder: string): Promise<LightVm> {
    this.state ??= within(BOOT_MS, 'the VM', this.boot());
    return LightVm.restore(this.parts(folder), await this.state);
  }
}

export class VmWorld implements World {
  private readonly booter: VmBooter;
  private readonly outside: HostOutside;
  private readonly place: VmPlace;
  private readonly neighbour: string;
  private vm: LightVm | null = null;
  /** The process of the guest that is to be reached. */
  private pid = 0;

  constructor(booter: VmBooter, outside: HostOutside, place: VmPlace) {
    this.booter = booter;
    this.outside = outside;
    this.place = place;
    this.neighbour = outside.secret.split('').reverse().join('');
  }

  get secrets(): readonly string[] {
    return this.place === 'linux' ? [this.outside.secret, this.neighbour] : [this.outside.secret];
  }

  private async started(): Promise<LightVm> {
    if (this.vm) return this.vm;
    const { folder, share } = this.outside;
    const vm = await this.booter.start(this.place === 'linux' ? folder : share);
    this.vm = vm;
    void vm.ended.then(() => {
      if (this.vm === vm) this.vm = null;
    });
    if (this.place === 'wsl2') await install(vm);
    // Not run from the share, which it may take away.
    if (this.place !== 'linux') await shell(vm, `cp ${SHARE}/escape /bin`, this.distro);
    // The folder above is where links of the host say it is, and a process has something to hide.
    if (this.place === 'linux') {
      await shell(
        vm,
        `mkdir -p ${folder} /outside && mount --bind ${SHARE} ${folder} && cp ${SHARE}/share/escape /bin`,
      );
      await shell(vm, `mount -t proc proc /proc; echo '${secretText(this.neighbour).trim()}' > /outside/secret`);
      this.pid = await listen(vm, this.outside, secretText(this.neighbour).trim());
    }
    return vm;
  }

  private get distro(): { readonly distro?: number } {
    return this.place === 'wsl2' ? { distro: 1 } : {};
  }

  private clues(): string[] {
    const { outside, place } = this;
    if (place !== 'linux') return outside.clues(SHARE);
    return [...outside.clues(outside.share), 'secret=/outside/secret', `pid=${this.pid}`, `socket=${SOCKET}`];
  }

  private async state(vm: LightVm): Promise<State> {
    const of = this.outside.state();
    if (this.place !== 'linux') return of;
    const look = `kill -0 ${this.pid} && echo runs; grep files /proc/${this.pid}/limits; hostname; cat /proc/sys/kernel/core_pattern; date +%Y`;
    return { ...of, 'the guest': (await shell(vm, look)).replace(/\s+/g, ' ') };
  }

  async attempt(id: string): Promise<Attempted> {
    const vm = await within(BOOT_MS, 'the VM', this.started());
    const before = await this.state(vm);
    const ran = vm.command(['/bin/escape', id, ...this.clues()], this.distro);
    // What restarts or ends the guest has no exit of its own.
    const ended = vm.ended.then(({ message }) => `tried guest 0 ended: ${message}\n`);
    const said = ran.then(
      ({ stdout }) => stdout || 'tried end 0 of the program, with its distribution\n',
      // The end of the guest is told to its programs first.
      (e: unknown) => Promise.race([ended, sleep(END_MS).then(() => Promise.reject(e))]),
    );
    const output = await within(ATTEMPT_MS, id, said);
    const changed =
      this.vm === vm ? changes(before, await this.state(vm)) : changes(this.outside.state(), this.outside.state());
    if (this.place === 'linux' && this.vm !== vm) changed.push('the guest: ended');
    this.outside.restore();
    const stopped = this.place === 'wsl2' && !vm.runs(1);
    if (changed.length || this.vm !== vm || stopped) await this.close();
    return { output, changed };
  }

  async close(): Promise<void> {
    const { vm } = this;
    this.vm = null;
    await vm?.powerOff();
  }
}

async function shell(vm: LightVm, script: string, where: { readonly distro?: number } = {}): Promise<string> {
  const { stdout } = await within(ATTEMPT_MS, 'the shell', vm.command(['sh', '-c', script], where));
  return stdout;
}

async function install(vm: LightVm): Promise<void> {
  const disk = new Overlay(EXT4_GROUP);
  for (const { at, bytes } of emptyExt4({ size: EXT4_GROUP, uuid: new Uint8Array(randomBytes(16)), time: 0 }))
    disk.write(at, bytes);
  vm.attach(1, disk);
  await within(BOOT_MS, 'installing', vm.command(scriptWords('install', deviceOf(1), '/mnt/1')));
  await vm.start({ number: 1, hostname: 'box', share: true });
}

/** Starts the process that is to be reached; its number. */
function listen(vm: LightVm, outside: HostOutside, secret: string): Promise<number> {
  const ready = new Promise<number>((done) => {
    let text = '';
    const session = vm.exec({
      argv: ['/bin/escape', 'outside', secret, 'folder=/outside', `socket=${SOCKET}`, `port=${outside.port}`],
      onStdout: (bytes) => {
        text += Buffer.from(bytes).toString('latin1');
        const said = /^outside (\d+)$/m.exec(text);
        if (said) done(Number(said[1]));
      },
    });
    session.exit.catch(() => {});
  });
  return within(ATTEMPT_MS, 'the neighbour', ready);
}
