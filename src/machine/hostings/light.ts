/** A program in a distribution of a light VM that is warm: its kernel has booted, its distribution is installed. */
import type { LinuxUserland, ProgramOutcome } from '../../abi/program.ts';
import type { Overlay } from '../../devices/block/overlay.ts';
import { buildInitramfs } from '../initramfs.ts';
import { emptyDisk } from '../light/host.ts';
import { scriptWords } from '../light/scripts.ts';
import { deviceOf, LightVm, type LightVmParts } from '../light/vm.ts';
import { FIXED_TIME } from '../linux.ts';
import type { MachineState } from '../snapshot.ts';
import { attend, type Exec, install } from './guest.ts';
import { linuxMachine, shared } from './linux.ts';
import { Prepared } from './prepared.ts';
import type { HostFolder } from './side.ts';
import type { Watch } from './watch.ts';

const NUMBER = 1;
const DISK = 256 * 2 ** 20;
const PROGRAM = '/root/program';
const SHARE = 'ln -s /mnt/host /host';

interface Warm {
  readonly state: MachineState;
  /** The distribution's disk as it was installed. */
  readonly disk: Overlay;
}

export class LightLinux {
  private readonly files: LinuxUserland;
  private readonly warm = new Prepared<Warm>();

  constructor(files: LinuxUserland) {
    this.files = files;
  }

  private parts(module: WebAssembly.Module, watch: Watch, folder: HostFolder | null): LightVmParts {
    return {
      module,
      config: linuxMachine(watch.request.config),
      share: shared(folder),
      onConsole: () => {},
      clock: () => FIXED_TIME,
      random: (count) => new Uint8Array(count).fill(1),
      realtime: false,
      onMarker: watch.onMarker,
    };
  }

  private async prepare(parts: LightVmParts): Promise<Warm> {
    const { kernel, busybox, init, archive } = this.files;
    const initrd = buildInitramfs({ busybox, agent: init, archive });
    const vm = await LightVm.boot(parts, { kernel, initrd, bootargs: '' });
    try {
      const state = await vm.save('', {});
      const disk = emptyDisk(DISK, new Uint8Array(16).fill(1), Number(FIXED_TIME / 1_000_000_000n));
      vm.attach(NUMBER, disk);
      const { ending, stderr } = await vm.command(scriptWords('install', deviceOf(NUMBER), `/mnt/${NUMBER}`));
      if (ending.code !== 0) throw new Error(`the distribution could not be installed: ${stderr.trim()}`);
      return { state, disk };
    } finally {
      vm.system.stop();
    }
  }

  async run(module: WebAssembly.Module, watch: Watch, folder: HostFolder | null): Promise<ProgramOutcome> {
    const parts = this.parts(module, watch, folder);
    const key = JSON.stringify([parts.config, folder !== null]);
    const { state, disk } = await this.warm.get(key, () => this.prepare({ ...parts, onMarker: undefined }));
    const vm = await LightVm.restore(parts, state);
    try {
      watch.onCore(vm.system.core);
      vm.attach(NUMBER, disk.fork());
      await vm.start({ number: NUMBER, hostname: 'lab', share: true });
      const exec: Exec = (options) => vm.exec({ ...options, distro: NUMBER });
      await install(exec, watch.request.program, PROGRAM, folder ? SHARE : '');
      // A command is seldom the first of its program.
      if (watch.request.measure === 'startup') {
        watch.rehearse();
        await attend(exec, PROGRAM, watch, vm.system);
      }
      // Another distribution has all of its files on a disk of its own.
      watch.takesDisk(disk.kept);
      watch.begin();
      watch.phase('create');
      return watch.outcome(await attend(exec, PROGRAM, watch, vm.system));
    } finally {
      vm.system.stop();
    }
  }
}
