/** A program on a real Linux kernel, which boots once for each machine; each run goes on from where it had booted. */
import { joined } from '../../abi/bytes.ts';
import { LINUX_MACHINE, type MachineConfig } from '../../abi/config.ts';
import { macText } from '../../abi/frame.ts';
import type { LinuxUserland, ProgramOutcome } from '../../abi/program.ts';
import type { Folder } from '../../devices/9p/folder.ts';
import { MemoryFolder } from '../../devices/9p/memory-folder.ts';
import { VirtioNinep } from '../../devices/9p/ninep.ts';
import { labMac, VirtioNet } from '../../devices/net/net.ts';
import { LabSwitch } from '../../devices/net/switch.ts';
import { readElf } from '../../image/elf.ts';
import { buildInitramfs } from '../initramfs.ts';
import { FIXED_TIME, LinuxGuest, type LinuxParts, SEED } from '../linux.ts';
import { runTogether } from '../lockstep.ts';
import type { MachineState } from '../snapshot.ts';
import { attend, type Exec, install, PATH } from './guest.ts';
import { askingArgs, servingArgs } from './pair.ts';
import { Prepared } from './prepared.ts';
import type { HostFolder } from './side.ts';
import { steadyFolder } from './steady-folder.ts';
import { type Ended, endedWith, type Watch } from './watch.ts';

const TAG = 'host';
const PROGRAM = '/bin/program';
const SHARE = `mkdir -p /host && mount -t 9p -o trans=virtio,version=9p2000.L,msize=131072 ${TAG} /host`;

/** A real kernel and its programs touch more code and memory than a workload of the guest kernel. */
export const linuxMachine = (config: MachineConfig): MachineConfig => ({
  ...config,
  memory: Math.max(config.memory, LINUX_MACHINE.memory),
  codePages: LINUX_MACHINE.codePages,
  bootargs: '',
});

/** What guests see of the host: a folder of its, or one in memory with nothing in it. */
export const shared = (folder: HostFolder | null): Folder =>
  folder ? steadyFolder(folder.folder, FIXED_TIME) : new MemoryFolder({ clock: () => FIXED_TIME });

/** Where guest `number` of two is on their wire, and how it gets there: both have booted as one, with one address. */
const addressOf = (number: number): string => `10.0.2.${15 + number}`;
const onTheWire = (number: number): string =>
  `ip link set eth0 address ${macText(labMac(number))} && ip addr add ${addressOf(number)}/24 dev eth0 && ip link set eth0 up`;

/** The same module in bytes of its own (a section that says nothing is added), which no engine's cache has compiled already. */
function unheardOf(module: Uint8Array): Uint8Array<ArrayBuffer> {
  const name = crypto.getRandomValues(new Uint8Array(8));
  const section = Uint8Array.of(0, 9, 8, ...name.map((byte) => byte & 0x7f));
  return joined([module, section]);
}

export class RealLinux {
  private readonly files: LinuxUserland;
  private readonly booted = new Prepared<MachineState>();

  constructor(files: LinuxUserland) {
    this.files = files;
  }

  private parts(watch: Watch, folder: HostFolder | null): LinuxParts {
    const share = shared(folder);
    return {
      config: linuxMachine(watch.request.config),
      agent: this.files.agent,
      time: FIXED_TIME,
      seed: SEED,
      realtime: false,
      onConsole: () => {},
      onMarker: watch.onMarker,
      models: [new VirtioNinep(share, { tag: TAG })],
    };
  }

  private initrd(programs: Readonly<Record<string, Uint8Array>> = {}): Uint8Array {
    const { busybox, init } = this.files;
    return buildInitramfs({ busybox, agent: init, programs });
  }

  private create(module: WebAssembly.Module, parts: LinuxParts, initrd: Uint8Array): Promise<LinuxGuest> {
    return LinuxGuest.create(module, { ...parts, kernel: this.files.kernel, initrd, bootargs: 'quiet' });
  }

  run(module: WebAssembly.Module, watch: Watch, folder: HostFolder | null): Promise<ProgramOutcome> {
    switch (watch.request.measure) {
      case 'region':
        return watch.request.pair ? this.pair(module, watch) : this.region(module, watch, folder);
      case 'startup':
        return this.startup(module, watch);
      case 'boot':
        return this.boot(watch);
    }
  }

  /** A folder in memory is a part of the state, one of the host's is not; `devices` says which others there are. */
  private ready(module: WebAssembly.Module, parts: LinuxParts, devices: string): Promise<MachineState> {
    return this.booted.get(JSON.stringify([parts.config, devices]), async () => {
      const guest = await this.create(module, parts, this.initrd());
      const running = guest.run();
      await guest.agent!.ready;
      guest.system.stop();
      await running;
      return guest.save('');
    });
  }

  /** Lets a guest run until `use` of it has come to an end, and stands still. */
  private async finish(guest: LinuxGuest, watch: Watch, use: () => Promise<Ended>): Promise<ProgramOutcome> {
    const { system } = guest;
    const running = guest.run();
    try {
      const ended = await use();
      system.stop();
      await running;
      return watch.outcome(ended, system.digest());
    } finally {
      system.stop();
    }
  }

  private async region(module: WebAssembly.Module, watch: Watch, folder: HostFolder | null): Promise<ProgramOutcome> {
    const parts = this.parts(watch, folder);
    const guest = await LinuxGuest.restore(module, parts, await this.ready(module, parts, folder ? 'folder' : ''));
    watch.onCore(guest.system.core);
    const exec: Exec = (options) => guest.agent!.exec(options);
    return this.finish(guest, watch, async () => {
      await install(exec, watch.request.program, PROGRAM, folder ? SHARE : '');
      watch.begin();
      return attend(exec, PROGRAM, watch, guest.system);
    });
  }

  /** Two machines on one wire: one serves, the other one is measured. */
  private async pair(module: WebAssembly.Module, watch: Watch): Promise<ProgramOutcome> {
    const network = new LabSwitch();
    const parts = (wire: LabSwitch): LinuxParts => {
      const usual = this.parts(watch, null);
      const net = new VirtioNet({ mac: labMac(0), plug: (receive) => wire.plug(receive) });
      return { ...usual, models: [...(usual.models ?? []), net] };
    };
    const state = await this.ready(module, parts(new LabSwitch()), 'network');
    const [serving, asking] = [
      await LinuxGuest.restore(module, { ...parts(network), onMarker: undefined }, state),
      await LinuxGuest.restore(module, parts(network), state),
    ];
    watch.onCore(asking.system.core);
    let over = false;
    const together = runTogether([asking.system, serving.system], () => over).then(() => {
      if (!over) throw new Error('one of the two guests ended');
    });
    const work = async (): Promise<Ended> => {
      const [server, client] = [serving, asking].map(
        ({ agent }): Exec =>
          (options) =>
            agent!.exec(options),
      ) as [Exec, Exec];
      await install(server, watch.request.program, PROGRAM, onTheWire(0));
      await install(client, watch.request.program, PROGRAM, onTheWire(1));
      server({ argv: [PROGRAM, ...servingArgs(watch.request)], env: PATH }).end();
      watch.begin();
      return attend(client, PROGRAM, watch, asking.system, askingArgs(watch.request, addressOf(0)));
    };
    try {
      const ended = await Promise.race([work(), together.then(() => Promise.reject<Ended>(new Error('stopped')))]);
      over = true;
      await together;
      return watch.outcome(ended, asking.system.digest());
    } finally {
      over = true;
    }
  }

  /** All of it: a machine is made and boots, and the program is its first. */
  private async startup(module: WebAssembly.Module, watch: Watch): Promise<ProgramOutcome> {
    watch.begin();
    const initrd = this.initrd({ program: watch.request.program });
    const guest = await this.create(module, this.parts(watch, null), initrd);
    watch.onCore(guest.system.core);
    // Each machine has files of its own, all of them.
    watch.takesDisk(initrd.length);
    watch.phase('create');
    return this.finish(guest, watch, async () => {
      await guest.agent!.ready;
      return attend((options) => guest.agent!.exec(options), PROGRAM, watch, guest.system);
    });
  }

  /** To the first output of a shell at a terminal. */
  private async boot(watch: Watch): Promise<ProgramOutcome> {
    const core = unheardOf(this.files.core);
    watch.begin();
    const module = await WebAssembly.compile(core);
    watch.phase('compile');
    const guest = await this.create(module, this.parts(watch, null), this.initrd());
    const { system, agent } = guest;
    watch.onCore(system.core);
    watch.phase('load');
    system.whenAt(BigInt(readElf(this.files.init).entry), () => watch.phase('kernel'));
    return this.finish(guest, watch, async () => {
      await agent!.ready;
      watch.phase('init');
      await new Promise<void>((resolve, reject) => {
        const session = agent!.exec({
          argv: ['sh', '-l'],
          env: { ...PATH, HOME: '/root' },
          directory: '/root',
          terminal: { rows: 24, columns: 80 },
          onStdout: (bytes) => {
            watch.wrote(bytes);
            resolve();
          },
        });
        session.exit.then(() => reject(new Error('the shell ended')), reject);
      });
      return endedWith(0);
    });
  }
}
