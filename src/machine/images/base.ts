/** A small root file system of one busybox: what Alpine's has in place of its packages. */
import { SEARCH_PATH } from '../../abi/search-path.ts';
import { bytesSource } from '../../image/source.ts';
import { type NewEntry, plainFile } from '../../image/tar-write.ts';
import { appletsOf } from '../initramfs.ts';

const DIRECTORIES: readonly (readonly [path: string, mode: number])[] = [
  ['bin', 0o755],
  ['dev', 0o755],
  ['etc', 0o755],
  ['home', 0o755],
  ['lib', 0o755],
  ['media', 0o755],
  ['mnt', 0o755],
  ['opt', 0o755],
  ['proc', 0o555],
  ['root', 0o700],
  ['run', 0o755],
  ['sbin', 0o755],
  ['srv', 0o755],
  ['sys', 0o555],
  ['tmp', 0o1777],
  ['usr', 0o755],
  ['usr/bin', 0o755],
  ['usr/sbin', 0o755],
  ['var', 0o755],
  ['var/log', 0o755],
  ['var/tmp', 0o1777],
];

const FILES: Readonly<Record<string, string>> = {
  'etc/group': 'root:x:0:\ndaemon:x:1:\ntty:x:5:\nusers:x:100:\nnogroup:x:65534:\n',
  'etc/hosts': '127.0.0.1\tlocalhost\n::1\tlocalhost\n',
  'etc/os-release': 'NAME="Trapframe base"\nID=trapframe-base\nPRETTY_NAME="Trapframe base (busybox)"\n',
  'etc/passwd':
    'root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/:/bin/false\nnobody:x:65534:65534:nobody:/:/bin/false\n',
  'etc/profile': `export PATH=${SEARCH_PATH}\nexport PS1='\\u@\\h:\\w\\$ '\n`,
  'etc/shells': '/bin/sh\n/bin/ash\n',
};

/** Members of its archive; the same busybox gives the same bytes. */
export function baseEntries(busybox: Uint8Array): NewEntry[] {
  const plain = (path: string, bytes: Uint8Array): NewEntry => plainFile(path, bytesSource(bytes));
  const utf8 = new TextEncoder();
  return [
    ...DIRECTORIES.map(([path, mode]) => ({
      ...plain(`${path}/`, new Uint8Array()),
      type: 'directory' as const,
      mode,
    })),
    ...Object.entries(FILES).map(([path, text]) => plain(path, utf8.encode(text))),
    { ...plain('bin/busybox', busybox), mode: 0o755 },
    ...appletsOf(busybox)
      .filter((name) => name !== 'busybox')
      .map((name) => ({
        ...plain(`bin/${name}`, new Uint8Array()),
        type: 'symlink' as const,
        mode: 0o777,
        link: '/bin/busybox',
      })),
  ];
}
