/** `trapframe linux` at a terminal, as a person uses it: util-linux's `script` makes the terminal. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ROOT } from '../support/cli.ts';
import { hasKernel } from '../support/kernels.ts';

const DEADLINE_MS = 60_000;
const hasTerminal = process.platform === 'linux' && spawnSync('script', ['--version']).status === 0;
if (!hasTerminal) console.warn('tests/system/terminal.test.ts is left out: there is no `script` to make a terminal');

type Step = readonly [wanted: RegExp, typed: string];

/** Types each step's text once what it waits for has come since the step before; resolves to the exit code and all that was seen. */
function atTerminal(command: string, steps: readonly Step[]): Promise<{ code: number | null; seen: string }> {
  const trapframe = `${process.execPath} ${join(ROOT, 'src/cli/trapframe.mjs')} ${command}`;
  const child = spawn('script', ['-qec', trapframe, '/dev/null'], {
    env: { ...process.env, TRAPFRAME_NO_SETUP: '1', TERM: 'xterm' },
    timeout: DEADLINE_MS,
  });
  const left = [...steps];
  let [seen, fresh] = ['', ''];
  child.stdout.on('data', (bytes: Buffer) => {
    seen += bytes;
    fresh += bytes;
    if (!left[0]?.[0].test(fresh)) return;
    child.stdin.write(left.shift()![1]);
    fresh = '';
  });
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, seen })));
}

const PROMPT = /# (.\[6n)?$/s;

describe.skipIf(!hasTerminal || !hasKernel('built'))('a shell at a terminal', { timeout: DEADLINE_MS }, () => {
  it('is left with Ctrl-A x, at its prompt and while it works', async () => {
    expect(await atTerminal('linux', [[PROMPT, '\x01x']])).toMatchObject({ code: 0 });
    const busy = await atTerminal('linux', [
      [PROMPT, 'while :; do echo on; done\r'],
      [/on\r+\n/, '\x01x'],
    ]);
    expect(busy.code).toBe(0);
  });

  it('is left with Ctrl-A x before it is there', async () => {
    const { code, seen } = await atTerminal('linux', [[/Linux version/, '\x01x']]);
    expect(code).toBe(0);
    expect(seen).not.toContain('reboot: Power down');
  });

  it('has its programs interrupted by Ctrl-C, and ends with its own status', async () => {
    const { code, seen } = await atTerminal('linux', [
      [PROMPT, 'sleep 100 & echo $((40+2)); wait; fg\r'],
      [/42\r+\n/, '\x03'],
      [PROMPT, 'exit 7\r'],
    ]);
    expect(seen).toContain('reboot: Power down');
    expect(code).toBe(7);
  });
});
