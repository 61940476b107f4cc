/** Where the time of a boot goes. */
import { describe, expect, it } from 'vitest';
import { trapframe } from '../support/cli.ts';
import { hasKernel } from '../support/kernels.ts';

/** Instructions of each phase, in the order told. */
function phases(stderr: string): [phase: string, instructions: number][] {
  return [...stderr.matchAll(/^(\w+) +[\d.]+ ms +([\d,]+)/gm)].map((m) => [m[1]!, Number(m[2]!.replaceAll(',', ''))]);
}

describe.skipIf(!hasKernel('built'))('trapframe linux --time', () => {
  it('splits a boot into its phases, with the same instructions to process 1 for either engine', async () => {
    const seen: number[] = [];
    // The kernel says its date, and the number of digits takes its time.
    const clock = ['--clock', '2026-01-31T08:30:00Z'];
    for (const engine of ['interp', 'jit']) {
      const args = ['linux', '--kernel', 'built', '--exec', 'echo hi', '--engine', engine, '--time', ...clock];
      const { code, stdout, stderr } = await trapframe(args);
      expect(code, stderr).toBe(0);
      expect(stdout).toBe('hi\n');
      const told = phases(stderr);
      expect(told.map(([phase]) => phase)).toEqual([
        'start',
        'compile',
        'load',
        'place',
        'kernel',
        'init',
        'prompt',
        'all',
      ]);
      const of = Object.fromEntries(told);
      expect(of.kernel).toBeGreaterThan(1_000_000);
      expect(of.init).toBeGreaterThan(1000);
      expect(of.all).toBe(of.kernel! + of.init! + of.prompt!);
      seen.push(of.kernel!);
    }
    expect(seen[0]).toBe(seen[1]);
  }, 60_000);

  it('is no figure where a debugger stops the guest', async () => {
    const { code, stderr } = await trapframe(['linux', '--time', '--gdb', '0', '--exec', 'true']);
    expect(code).toBe(2);
    expect(stderr).toContain('--gdb');
  });
});
