/** Disks and shared directories of a guest from the command line. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { AGENT_OPTIONS } from '../../abi/agent.ts';
import { InputError } from '../../abi/errors.ts';
import { VirtioNinep } from '../../devices/9p/ninep.ts';
import { VirtioBlock } from '../../devices/block/block.ts';
import { type Disk, FileDisk } from '../../devices/block/disk.ts';
import { Overlay } from '../../devices/block/overlay.ts';
import { labMac, VirtioNet } from '../../devices/net/net.ts';
import { LabSwitch } from '../../devices/net/switch.ts';
import { HostFolder } from '../../devices/node/host-folder.ts';
import { openSyncFile } from '../../devices/node/sync-file.ts';
import type { VirtioModel } from '../../devices/virtio/model.ts';
import { fileError } from '../../machine/node/file-error.ts';

/** How the kernel tells file systems by their first bytes. */
const FILE_SYSTEMS = [
  { type: 'ext4', at: 0x438, magic: [0x53, 0xef] },
  { type: 'squashfs', at: 0, magic: [0x68, 0x73, 0x71, 0x73] },
  { type: 'erofs', at: 1024, magic: [0xe2, 0xe1, 0xf5, 0xe0] },
] as const;
/** Below the guest's root. */
const SHARE_AT = '/mnt/host';
/** Slots of the virtio bus that are left for disks and shares together. */
const MOST = 6;

const failed = (option: string, path: string, error: unknown): InputError =>
  fileError(error, `${option}: ${path}`, 'used');

/** The file system a disk holds, or null. */
export function fileSystemOf(path: string): string | null {
  const head = new Uint8Array(4096);
  const handle = openSync(path, 'r');
  readSync(handle, head, 0, head.length, 0);
  closeSync(handle);
  return FILE_SYSTEMS.find(({ at, magic }) => magic.every((byte, i) => head[at + i] === byte))?.type ?? null;
}

/** `FILE`, `FILE:ro` (read-only) or `FILE:cow` (what is written stays in memory). */
function disk(text: string): { disk: Disk; type: string | null } {
  const [, path, mode] = /^(.*?)(?::(ro|cow))?$/.exec(text) as unknown as [string, string, string | undefined];
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) throw new Error('EISDIR');
    if (!stat.isFile()) throw new Error('not a file');
    const file = new FileDisk(openSyncFile(path, { readOnly: mode !== undefined }), { readOnly: mode !== undefined });
    return { disk: mode === 'cow' ? new Overlay(file) : file, type: fileSystemOf(path) };
  } catch (error) {
    throw failed('--disk', path, error);
  }
}

/** `DIRECTORY` or `DIRECTORY:ro`. */
function share(text: string, tag: string): VirtioModel {
  const [, path, mode] = /^(.*?)(?::(ro))?$/.exec(text) as unknown as [string, string, string | undefined];
  try {
    return new VirtioNinep(new HostFolder(path), { tag, readOnly: mode === 'ro' });
  } catch (error) {
    throw failed('--share', path, error);
  }
}

export interface Attached {
  readonly models: readonly VirtioModel[];
  /** Words for the agent on the kernel's command line. */
  readonly words: readonly string[];
}

/** On the lab's network, with nobody but the lab's own host on it: DHCP, DNS and ping. */
function network(): VirtioModel {
  const lab = new LabSwitch();
  return new VirtioNet({ mac: labMac(0), plug: (receive) => lab.plug(receive) });
}

/** Disks become /dev/vda, /dev/vdb, …; the first that holds a file system is the root. Shares are mounted at /mnt/host, /mnt/host1, … */
export function attach(disks: readonly string[], shares: readonly string[], net: boolean): Attached {
  if (disks.length + shares.length + (net ? 1 : 0) > MOST)
    throw new InputError(`at most ${MOST} disks, shares and networks together`);
  const opened = disks.map(disk);
  const root = opened.findIndex(({ type }) => type !== null);
  const tags = shares.map((_, i) => `host${i || ''}`);
  return {
    models: [
      ...opened.map((d) => new VirtioBlock(d.disk)),
      ...shares.map((text, i) => share(text, tags[i]!)),
      ...(net ? [network()] : []),
    ],
    words: [
      ...(root < 0 ? [] : [`${AGENT_OPTIONS.root}=/dev/vd${'abcdef'[root]}:${opened[root]!.type}`]),
      ...tags.map((tag, i) => `${AGENT_OPTIONS.share}=${tag}:${SHARE_AT}${i || ''}`),
    ],
  };
}
