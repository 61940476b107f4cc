/** The device tree of the machine: what a kernel needs to find memory, the harts, the console and its options. */

import type { MachineConfig } from '../abi/config.ts';
import { cells64, type TreeNode } from '../abi/device-tree.ts';
import { RAM_START, SIZES } from '../abi/layout.ts';
import { pmuProperties } from '../abi/pmu.ts';
import { writeTree } from '../image/fdt.ts';
import { ISA_BASE, ISA_EXTENSIONS, ISA_STRING } from '../isa/string.ts';

/** Instructions a second of guest time: the timebase, one tick an instruction. */
export const TIMEBASE_HZ = 10_000_000;

const INTC = 1;
const PLIC = 2;
const FINISHER = 3;
/** The interrupt controller of each hart. */
const intcOf = (hart: number): number => (hart === 0 ? INTC : FINISHER + hart);
const numbers = (harts: number): number[] => Array.from({ length: harts }, (_, hart) => hart);

/** What a whole system has beyond what a measured guest needs. */
export interface SystemTree {
  /** Guest-physical range of the initial RAM disk. */
  readonly initrd: { readonly start: number; readonly end: number } | null;
  /** Nodes of the devices that the host serves. */
  readonly devices: readonly TreeNode[];
  /** Seed for the kernel's random numbers, a multiple of four bytes. */
  readonly seed: Uint8Array;
  /** Whether M-mode firmware runs instead of the machine's own SBI, which resets the system by itself. */
  readonly firmware: boolean;
}

const words = (bytes: Uint8Array): number[] => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(i * 4));
};

function chosen(bootargs: string, system: SystemTree | null): TreeNode {
  return {
    name: 'chosen',
    properties: {
      bootargs,
      'stdout-path': '/soc/serial@10000000',
      ...(system?.initrd && {
        'linux,initrd-start': cells64(system.initrd.start),
        'linux,initrd-end': cells64(system.initrd.end),
      }),
      ...(system && { 'rng-seed': words(system.seed) }),
    },
  };
}

/** The interrupt controller, what the finisher means to a kernel, and the devices of the host. */
function systemNodes({ devices, firmware }: SystemTree, harts: number): TreeNode[] {
  const register = (name: string, value: number): TreeNode => ({
    name,
    properties: { compatible: `syscon-${name}`, regmap: [FINISHER], offset: [0], value: [value] },
  });
  return [
    {
      name: 'interrupt-controller@c000000',
      properties: {
        compatible: ['sifive,plic-1.0.0', 'riscv,plic0'],
        reg: [...cells64(0xc00_0000), ...cells64(0x60_0000)],
        'interrupts-extended': numbers(harts).flatMap((hart) => [intcOf(hart), 11, intcOf(hart), 9]),
        'interrupt-controller': true,
        '#interrupt-cells': [1],
        '#address-cells': [0],
        'riscv,ndev': [SIZES.PLIC_SOURCES - 1],
        phandle: [PLIC],
      },
    },
    // A kernel that has the SBI's reset would only say that there are two ways.
    ...(firmware ? [register('poweroff', 0x5555), register('reboot', 0x7777)] : []),
    ...devices,
  ];
}

function cpu(hart: number): TreeNode {
  return {
    name: `cpu@${hart}`,
    properties: {
      device_type: 'cpu',
      reg: [hart],
      status: 'okay',
      compatible: 'riscv',
      // Kernels before 6.7 and firmware read the string alone.
      'riscv,isa': ISA_STRING,
      'riscv,isa-base': ISA_BASE,
      'riscv,isa-extensions': ISA_EXTENSIONS,
      'mmu-type': 'riscv,sv48',
      'riscv,cbom-block-size': [64],
      'riscv,cbop-block-size': [64],
      'riscv,cboz-block-size': [64],
    },
    children: [
      {
        name: 'interrupt-controller',
        properties: {
          '#interrupt-cells': [1],
          'interrupt-controller': true,
          compatible: 'riscv,cpu-intc',
          phandle: [intcOf(hart)],
        },
      },
    ],
  };
}

/** What of a machine's configuration its tree says. */
export type TreeConfig = Pick<MachineConfig, 'memory' | 'harts'>;

/** `system` for a machine with interrupt controller and devices. */
export function deviceTree(
  { memory, harts }: TreeConfig,
  bootargs: string,
  system: SystemTree | null = null,
): Uint8Array {
  return writeTree({
    name: '',
    properties: {
      '#address-cells': [2],
      '#size-cells': [2],
      compatible: ['trapframe', 'riscv-virtio'],
      model: 'trapframe',
    },
    children: [
      chosen(bootargs, system),
      // The machine's own SBI needs no description of its own machine.
      ...(system?.firmware ? [{ name: 'pmu', properties: { compatible: 'riscv,pmu', ...pmuProperties() } }] : []),
      {
        name: `memory@${RAM_START.toString(16)}`,
        properties: { device_type: 'memory', reg: [...cells64(RAM_START), ...cells64(memory)] },
      },
      {
        name: 'cpus',
        properties: { '#address-cells': [1], '#size-cells': [0], 'timebase-frequency': [TIMEBASE_HZ] },
        children: numbers(harts).map(cpu),
      },
      {
        name: 'soc',
        properties: {
          '#address-cells': [2],
          '#size-cells': [2],
          compatible: 'simple-bus',
          ranges: true,
          ...(system && { 'interrupt-parent': [PLIC], 'dma-coherent': true as const }),
        },
        children: [
          ...(system ? systemNodes(system, harts) : []),
          {
            name: 'serial@10000000',
            properties: {
              compatible: 'ns16550a',
              reg: [...cells64(0x1000_0000), ...cells64(0x100)],
              'clock-frequency': [3_686_400],
              ...(system && { interrupts: [10] }),
            },
          },
          {
            name: 'clint@2000000',
            properties: {
              compatible: ['sifive,clint0', 'riscv,clint0'],
              reg: [...cells64(0x200_0000), ...cells64(0x1_0000)],
              'interrupts-extended': numbers(harts).flatMap((hart) => [intcOf(hart), 3, intcOf(hart), 7]),
            },
          },
          {
            name: 'test@100000',
            properties: {
              compatible: ['sifive,test1', 'sifive,test0', ...(system ? ['syscon'] : [])],
              reg: [...cells64(0x10_0000), ...cells64(0x1000)],
              ...(system && { phandle: [FINISHER] }),
            },
          },
        ],
      },
    ],
  });
}
