/** OpenSBI's PMU extension on the machine's counters: it finds them in the device tree, and a supervisor above it counts by them. */
import { describe, expect, it } from 'vitest';
import { MMU_DEFAULT } from '../../src/abi/config.ts';
import { EVENT } from '../../src/abi/events.ts';
import { PLACES, RAM_START } from '../../src/abi/layout.ts';
import { HPM_COUNTERS, rawEvent } from '../../src/abi/pmu.ts';
import { type Core, createCore } from '../../src/engine/core.ts';
import { drainConsole } from '../../src/engine/state.ts';
import { readElf } from '../../src/image/elf.ts';
import { writeGuest } from '../../src/machine/load.ts';
import { deviceTree } from '../../src/machine/tree.ts';
import { configOf, ENTRY } from '../mmu/rig.ts';
import { R } from '../support/asm.ts';
import { HartGuest } from '../support/hart-guests.ts';
import { openSbi } from '../support/kernels.ts';
import { coreModule } from '../support/machine.ts';

const PMU = 0x50_4d55;
const CALL = { count: 0, configure: 2, start: 3, stop: 4 } as const;
const RAW = 0x2_0000;
const INIT = 1;
const HPM = 0xc00;
/** Where the test lays the tree; the firmware moves it. */
const TREE = RAM_START + 0x300_0000;

/** Counts fences of everything, then misses of the dTLB by the standard event: none, as nothing is translated. */
function supervisor(): HartGuest {
  const a = new HartGuest(ENTRY);
  // OpenSBI has counters of its own besides.
  a.sbi(PMU, CALL.count);
  a.check(R.a0, 0);
  a.li(R.t0, 3 + HPM_COUNTERS);
  a.op('sltu', { rd: R.t0, rs1: R.a1, rs2: R.t0 });
  a.check(R.t0, 0);
  a.sbiIs(0, 3, PMU, CALL.configure, 0, 1 << 3, 0, RAW, rawEvent('flush.sfence-all'));
  a.sbiIs(0, null, PMU, CALL.start, 3, 1, INIT, 40);
  a.csrr(R.s1, HPM + 3);
  a.check(R.s1, 40);
  for (let i = 0; i < 5; i++) a.op('sfence.vma', { rs1: 0, rs2: 0 });
  a.csrr(R.s2, HPM + 3);
  a.op('sub', { rd: R.s2, rs1: R.s2, rs2: R.s1 });
  a.check(R.s2, 5);
  a.sbiIs(0, 4, PMU, CALL.configure, 0, 1 << 4, 0, 0x1_0019, 0);
  a.sbiIs(0, null, PMU, CALL.start, 4, 1, INIT, 0);
  a.csrr(R.s1, HPM + 4);
  a.check(R.s1, 0);
  // It stands once it is stopped.
  a.sbiIs(0, null, PMU, CALL.stop, 3, 1, 0);
  a.csrr(R.s1, HPM + 3);
  a.op('sfence.vma', { rs1: 0, rs2: 0 });
  a.csrr(R.s2, HPM + 3);
  a.op('sub', { rd: R.s2, rs1: R.s2, rs2: R.s1 });
  a.check(R.s2, 0);
  a.pass(R.s0);
  return a;
}

const MOST = 20_000_000n;

/** Runs until something but a full console happens, or too long; says what. */
function runToEnd(core: Core): number {
  for (;;) {
    const event = core.run(MOST);
    if (event !== EVENT.console) return event;
    drainConsole(core);
  }
}

describe.skipIf(!openSbi())('OpenSBI’s PMU', () => {
  it.each(['bare', 'nested', 'shadow'] as const)('counts what the lab counts, under %s', async (strategy) => {
    const a = supervisor();
    const config = configOf({ strategy, memory: 64 * 2 ** 20, codePages: 512, mmu: MMU_DEFAULT });
    const core = await createCore(coreModule(), config);
    const [segment] = readElf(a.image()).segments;
    writeGuest(core, segment!.address, segment!.bytes);
    writeGuest(core, RAM_START, openSbi()!);
    const firmware = { initrd: null, devices: [], seed: new Uint8Array(8), firmware: true };
    writeGuest(core, TREE, deviceTree(config, '', firmware));
    core.set('SBI', 0);
    core.start(BigInt(RAM_START), BigInt(TREE));
    const event = runToEnd(core);
    expect(event, `check ${core.view.getBigUint64(PLACES.X + 8 * R.s11, true)}`).toBe(EVENT.exit);
    expect(core.get('EVENT_CODE')).toBe(0n);
  });
});
