/** A Linux guest from its boot to the end of a command, and all that can be told of it then: the same in Node and in a browser. */
import { MACHINE_DEFAULT, type MachineConfig } from '../../src/abi/config.ts';
import type { LinuxGuest, LinuxParts } from '../../src/machine/linux.ts';

/** The machine of the tests' guests. */
export const configOf = (patch: Partial<MachineConfig>): MachineConfig => ({
  ...MACHINE_DEFAULT,
  memory: 128 * 2 ** 20,
  codePages: 4096,
  ...patch,
});

/** What a guest of the tests is connected to: nothing that differs between two runs. */
export const partsOf = (machine: MachineConfig, agent: LinuxParts['agent']): LinuxParts => ({
  config: machine,
  agent,
  time: 1_700_000_000_000_000_000n,
  seed: 1,
  realtime: false,
  onConsole: () => {},
});

/** Runs a command and stands still; all that can be told of the guest then. */
export async function story(guest: LinuxGuest, command: string) {
  let out = '';
  const session = guest.agent!.exec({
    argv: ['sh', '-c', command],
    onStdout: (bytes) => {
      out += new TextDecoder().decode(bytes);
    },
  });
  session.end();
  const running = guest.run();
  await session.exit;
  guest.system.stop();
  await running;
  const devices = guest.system.devices.map((device) => device.counters());
  return { out, counters: guest.system.counters(), digest: guest.system.digest(), devices };
}
