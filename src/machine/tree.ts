/** The device tree of the machine: what a kernel needs to find memory, the hart, the console and its options. */
import { RAM_START } from '../abi/layout.ts';
import { cells64, writeTree } from '../image/fdt.ts';

/** Instructions a second of guest time: the timebase, one tick an instruction. */
export const TIMEBASE_HZ = 10_000_000;

const ISA = 'rv64imafdc_zicbom_zicboz_zicntr_zicsr_zifencei_zba_zbb_zbs_sstc_svinval_svnapot';
const INTC = 1;

/** `memory` in bytes; `firmware`: whether the machine's own SBI serves the guest. */
export function deviceTree(memory: number, bootargs: string): Uint8Array {
  return writeTree({
    name: '',
    properties: {
      '#address-cells': [2],
      '#size-cells': [2],
      compatible: ['trapframe', 'riscv-virtio'],
      model: 'trapframe',
    },
    children: [
      { name: 'chosen', properties: { bootargs, 'stdout-path': '/soc/serial@10000000' } },
      {
        name: `memory@${RAM_START.toString(16)}`,
        properties: { device_type: 'memory', reg: [...cells64(RAM_START), ...cells64(memory)] },
      },
      {
        name: 'cpus',
        properties: { '#address-cells': [1], '#size-cells': [0], 'timebase-frequency': [TIMEBASE_HZ] },
        children: [
          {
            name: 'cpu@0',
            properties: {
              device_type: 'cpu',
              reg: [0],
              status: 'okay',
              compatible: 'riscv',
              'riscv,isa': ISA,
              'mmu-type': 'riscv,sv48',
              'riscv,cbom-block-size': [64],
              'riscv,cboz-block-size': [64],
            },
            children: [
              {
                name: 'interrupt-controller',
                properties: {
                  '#interrupt-cells': [1],
                  'interrupt-controller': true,
                  compatible: 'riscv,cpu-intc',
                  phandle: [INTC],
                },
              },
            ],
          },
        ],
      },
      {
        name: 'soc',
        properties: { '#address-cells': [2], '#size-cells': [2], compatible: 'simple-bus', ranges: true },
        children: [
          {
            name: 'serial@10000000',
            properties: {
              compatible: 'ns16550a',
              reg: [...cells64(0x1000_0000), ...cells64(0x100)],
              'clock-frequency': [3_686_400],
            },
          },
          {
            name: 'clint@2000000',
            properties: {
              compatible: ['sifive,clint0', 'riscv,clint0'],
              reg: [...cells64(0x200_0000), ...cells64(0x1_0000)],
              'interrupts-extended': [INTC, 3, INTC, 7],
            },
          },
          {
            name: 'test@100000',
            properties: {
              compatible: ['sifive,test1', 'sifive,test0'],
              reg: [...cells64(0x10_0000), ...cells64(0x1000)],
            },
          },
        ],
      },
    ],
  });
}
