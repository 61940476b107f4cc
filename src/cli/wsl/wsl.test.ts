import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { userOf } from './distros.ts';
import { parseIni } from './ini.ts';
import { stateDirectory } from './paths.ts';
import { added, checkName, findDistro, freeNumber, readRegistry, removed, updateRegistry } from './registry.ts';
import { passedEnvironment, runWords } from './run-request.ts';
import { distroSettings, vmSettings } from './settings.ts';
import { Frames, frame, TYPE, type Type } from './wire.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapframe-wsl-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const MiB = 2 ** 20;

describe('.wslconfig and wsl.conf', () => {
  const read = (text: string) => {
    const file = join(folder, '.wslconfig');
    writeFileSync(file, text);
    return vmSettings('/state', file);
  };

  it('hold what is given, and something sensible for the rest', () => {
    expect(read('')).toEqual(vmSettings('/state', join(folder, 'none')));
    expect(
      read(
        '# mine\n[wsl2]\nMemory = 1GB\nswap=0\nprocessors=2\nkernelCommandLine="a=b c"\nvmIdleTimeout=-1\nshare=/s\r\n; end',
      ),
    ).toMatchObject({
      memory: 1024 * MiB,
      swap: 0,
      processors: 2,
      kernelCommandLine: 'a=b c',
      idle: null,
      share: '/s',
    });
    expect(distroSettings('d', '[boot]\nsystemd=true\n[interop]\nenabled=false')).toEqual({
      share: true,
      hostname: 'd',
      user: 'root',
      boot: '',
    });
  });

  it.each([
    ['[wsl2]\nmemory', /:2: “memory” is neither \[section\] nor key=value/],
    ['memory=1GB', /:1: memory stands before any \[section\]/],
    ['[wsl2]\nmemory=1XB', /:2: memory: “1XB” is not a size/],
    ['[wsl2]\nmemory=1MB', /:2: memory: “1MB” is not a size of at least 64MB/],
    ['[wsl2]\n\nprocessors=0', /:3: processors: “0” is not a number of processors/],
    ['[wsl2]\nmemroy=1GB', /:2: there is no key memroy in \[wsl2\]\n.*\[wsl2\] memory/],
    ['[wsl]\nmemory=1GB', /:2: there is no key memory in \[wsl\]/],
    ['[wsl2]\ndefaultVhdSize=100MB', /multiple of 128MB/],
    ['[wsl2]\nvmIdleTimeout=soon', /milliseconds/],
  ])('are refused with their line: %j', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });

  it('never do worse than refuse', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          for (const { section, key } of parseIni(text, 'f')) expect(section && key).not.toBe('');
        } catch (error) {
          expect((error as Error).message).toMatch(/^f:\d+: /);
        }
      }),
    );
  });
});

describe('the list of distributions', () => {
  const distro = (name: string, number: number) => ({ name, number, created: 'then' });

  it('keeps what was added, its default, and gives free slots', async () => {
    expect(readRegistry(folder).distros).toEqual([]);
    await updateRegistry(folder, (r) => added(r, distro('a', 1)));
    await Promise.all(['b', 'c', 'd'].map((name, i) => updateRegistry(folder, (r) => added(r, distro(name, i + 2)))));
    const all = readRegistry(folder);
    expect(all.distros.map((d) => d.name).sort()).toEqual(['a', 'b', 'c', 'd']);
    expect(findDistro(all, null).name).toBe('a');
    expect(freeNumber(removed(all, 'b'), new Set())).toBe(2);
    expect(freeNumber(removed(all, 'b'), new Set([2]))).toBe(5);
    expect(removed(all, 'a').default).not.toBe('a');
    expect(() => findDistro(all, 'z')).toThrow(/no distribution z\n.*a, /);
    expect(() => checkName('../x')).toThrow('cannot be the name');
    writeFileSync(join(folder, 'distros.json'), '{');
    expect(() => readRegistry(folder)).toThrow('is damaged');
  });

  it('lies where the environment says', () => {
    expect(stateDirectory({ TRAPFRAME_STATE: '/s' })).toBe('/s/wsl');
    expect(stateDirectory({ XDG_STATE_HOME: '/x' })).toBe('/x/trapframe/wsl');
    expect(stateDirectory({})).toMatch(/\.local\/state\/trapframe\/wsl$/);
  });

  it('knows users as /etc/passwd has them', () => {
    const passwd = 'root:x:0:0::/r:/bin/ash\nme:x:7:8:Me:/home/me:\nbad:x:one:2::/:\n';
    expect(userOf(passwd, 'me')).toEqual({ name: 'me', id: 7, group: 8, home: '/home/me', shell: '/bin/sh' });
    expect(userOf(passwd, 'root')?.shell).toBe('/bin/ash');
    expect(userOf('', 'root')).toMatchObject({ id: 0, home: '/root' });
    expect(userOf(passwd, 'bad')).toBeNull();
  });
});

describe('the words of a command', () => {
  it('say what to run, and leave all else to the long way', () => {
    expect(runWords(['-d', 'x', '--cd', '/', '--', '-a', '--list'])).toEqual({
      distro: 'x',
      user: null,
      cd: '/',
      argv: ['-a', '--list'],
    });
    expect(runWords(['ls', '-l', '--', 'x'])?.argv).toEqual(['ls', '-l', '--', 'x']);
    expect(runWords([])?.argv).toEqual([]);
    for (const other of [['--list'], ['-d'], ['--help'], ['-v', 'x']]) expect(runWords(other)).toBeNull();
  });

  it('pass the terminal, the language, and what WSLENV names', () => {
    const env = { TERM: 'xterm', LC_ALL: 'C', SECRET: '1', A: '2', B: '3', WSLENV: 'A/p:B' };
    expect(passedEnvironment(env)).toEqual({ TERM: 'xterm', LC_ALL: 'C', A: '2', B: '3' });
  });
});

describe('the protocol', () => {
  it('puts frames together from pieces of any size, and refuses what is none', () => {
    const sent = fc.array(fc.tuple(fc.constantFrom(...Object.values(TYPE)), fc.uint8Array({ maxLength: 300 })));
    fc.assert(
      fc.property(sent, fc.integer({ min: 1, max: 50 }), (list, size) => {
        const got: [number, number[]][] = [];
        const frames = new Frames((type, payload) => got.push([type, [...payload]]));
        const all = Buffer.concat(list.map(([type, payload]) => frame(type as Type, payload)));
        for (let at = 0; at < all.length; at += size) frames.push(all.subarray(at, at + size));
        expect(got).toEqual(list.map(([type, payload]) => [type, [...payload]]));
      }),
    );
    expect(() => new Frames(() => {}).push(Buffer.from('GET / HTTP/1.1\r\n'))).toThrow('no frame');
  });
});
