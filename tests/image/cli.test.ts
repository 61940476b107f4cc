/** `trapframe image`, as a person runs it. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addImage } from '../../src/cli/commands/image.ts';
import { type Ended, trapframe, trapframeHere } from '../support/cli.ts';
import { dockerArchive, rawTar } from '../support/images.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'trapframe-image-'));
  process.env.TRAPFRAME_STATE = join(folder, 'state');
});
afterAll(() => {
  delete process.env.TRAPFRAME_STATE;
  rmSync(folder, { recursive: true, force: true });
});

/** One that reads standard input is a process of its own. */
const image = (args: readonly string[], input?: Uint8Array): Promise<Ended> =>
  input
    ? trapframe(['image', ...args], { env: { TRAPFRAME_STATE: process.env.TRAPFRAME_STATE! }, input })
    : trapframeHere(addImage, ['image', ...args]);

describe('trapframe image', () => {
  it('makes a base, shows it, saves it, and loads it again as it was', async () => {
    const busybox = join(folder, 'busybox');
    const names = ['[', '[[', ...Array.from({ length: 60 }, (_, i) => `applet${i + 10}`), 'sh'];
    writeFileSync(busybox, `\x7fELF\0${names.join('\0')}\0\0`);
    const made = await image(['build-base', 'base', '--busybox', busybox]);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    const listed = (await image(['ls'])).stdout;
    expect(listed).toMatch(
      /^NAME +ID +PLATFORM +CREATED +SIZE\nbase:latest +[0-9a-f]{12} +linux\/riscv64 +1970-01-01 +0\.\d MB\n$/,
    );
    const archive = join(folder, 'base.tar');
    expect((await image(['save', 'base', '-o', archive])).code).toBe(0);
    expect((await image(['rm', 'base'])).stdout).toMatch(/^Untagged: base:latest\nDeleted: sha256:[0-9a-f]{64}\n$/);
    expect((await image(['load', '-i', archive])).stdout).toBe('Loaded image: base:latest\n');
    expect((await image(['ls'])).stdout).toBe(listed);
    expect((await image(['history', 'base'])).stdout).toMatch(/trapframe image build-base/);
    const [about] = JSON.parse((await image(['inspect', 'base'])).stdout);
    expect(about.Config).toEqual({ Env: [expect.stringMatching(/^PATH=/)], Cmd: ['sh'], WorkingDir: '/' });
  });

  it('imports a root file system and says what it runs', async () => {
    const tar = rawTar([{ name: 'hello.wasm', content: 'x' }]);
    const done = await image(
      [
        'import',
        '-',
        'app:1',
        '--platform',
        'wasi/wasm',
        '--entrypoint',
        '/hello.wasm',
        '--cmd',
        '["a b"]',
        '-e',
        'A=1',
      ],
      tar,
    );
    expect(done).toMatchObject({ code: 0 });
    const [about] = JSON.parse((await image(['inspect', 'app:1'])).stdout);
    expect(about).toMatchObject({
      Os: 'wasi',
      Architecture: 'wasm',
      Config: { Entrypoint: ['/hello.wasm'], Cmd: ['a b'], Env: ['A=1'] },
    });
  });

  it('refuses what is wrong with the reason, code 2, and nothing written', async () => {
    const bad = join(folder, 'bad.tar');
    writeFileSync(bad, dockerArchive([{ a: '1' }], ['x:1']).subarray(0, 3000));
    const before = readdirSync(join(folder, 'state'), { recursive: true });
    for (const [args, reason] of [
      [['load', '-i', bad], /bad\.tar: the archive ends too soon/],
      [['load', join(folder, 'none.tar')], /none\.tar cannot be read/],
      [['load', folder], /is no file/],
      [['rm', 'nothing'], /there is no image nothing here\n {2}There are: /],
      [['save', 'nothing', '-o', join(folder, 'out.tar')], /there is no image nothing/],
      [['import', bad, 'Upper Case'], /is no name of an image/],
      [['import', bad, 'x', '--platform', 'linux/amd64'], /can’t be run here/],
      [['tag', 'base', '../x'], /is no name of an image/],
    ] as const)
      expect(await image(args), args.join(' ')).toMatchObject({
        code: 2,
        stdout: '',
        stderr: expect.stringMatching(reason),
      });
    expect(readdirSync(join(folder, 'state'), { recursive: true })).toEqual(before);
    expect(readdirSync(folder).sort()).toEqual(['bad.tar', 'base.tar', 'busybox', 'state']);
  });
});
