import { describe, expect, it } from 'vitest';
import { MACHINE_DEFAULT } from '../abi/config.ts';
import { machineConfigSchema } from '../abi/result.ts';
import { WORKLOADS } from '../abi/workloads.ts';
import { ENVIRONMENTS, environmentById, machineOf, patched } from './environments.ts';
import { bootargsOf, paramsOf, planGrid, sampleOrder, settingsOf, workloadById } from './plan.ts';
import { parseRange } from './range.ts';

describe('environments', () => {
  it('have unique ids and machines of the documented shape', () => {
    expect(new Set(ENVIRONMENTS.map(({ id }) => id)).size).toBe(ENVIRONMENTS.length);
    for (const environment of ENVIRONMENTS) {
      const config = machineOf(environment, {}, 'x=1');
      expect(config === null).toBe(environment.engine === 'native');
      if (config) expect(machineConfigSchema.parse(config)).toEqual(config);
    }
    expect(machineConfigSchema.parse(MACHINE_DEFAULT)).toEqual(MACHINE_DEFAULT);
  });

  it('differ from each other', () => {
    const machines = ENVIRONMENTS.map((environment) =>
      JSON.stringify([environment.image, environment.hosting, machineOf(environment, {}, '')]),
    );
    expect(new Set(machines).size).toBe(machines.length);
  });

  it('take a request’s changes last, to any depth', () => {
    const config = machineOf(environmentById('nested-no-pwc'), { memory: 2 ** 27, mmu: { walkCache: 8 } }, '')!;
    expect(config).toMatchObject({
      strategy: 'nested',
      memory: 2 ** 27,
      mmu: { walkCache: 8, nestedTlb: 0, tagged: true },
    });
    expect(patched({ a: { b: 1, c: null as null | { d: number } } }, { a: { c: { d: 2 } } })).toEqual({
      a: { b: 1, c: { d: 2 } },
    });
  });

  it('are found by id, with advice', () => {
    expect(() => environmentById('shadwo')).toThrow(/unknown environment “shadwo”\n.*Did you mean “shadow”\?/);
  });
});

describe('a plan', () => {
  const fork = workloadById('fork');

  it('fills parameters in: chosen, else quick, else default', () => {
    const [n, pages, touch] = fork.params.map((param) => param.default);
    expect(paramsOf(fork, {}, false)).toEqual({ n, pages, touch });
    expect(paramsOf(fork, { touch: 3 }, true)).toEqual({ n: fork.quick.n, pages, touch: 3 });
    expect(bootargsOf(fork, { n: 1, pages: 2, touch: 3 })).toBe('workload=fork n=1 pages=2 touch=3');
  });

  it.each([
    [() => paramsOf(fork, { page: 1 }, false), /workload fork has no parameter “page”\n.*Did you mean “pages”/],
    [() => paramsOf(fork, { n: 1.5 }, false), /fork: n: expected a whole number.*got 1.5/],
    [() => workloadById('frok'), /unknown workload “frok”\n.*Did you mean “fork”/],
    [() => planGrid([], ['bare'], {}, true), /no workload/],
    [() => planGrid(['fork'], [], {}, true), /no environment/],
    [() => planGrid(['fork'], ['bare', 'bare'], {}, true), /“bare” is named twice/],
    [() => planGrid(['fork', { id: 'fork' }], ['bare'], {}, true), /“fork” is named twice/],
    [
      () => planGrid(['fork'], ['bare'], { hostPages: '8k' as never }, true),
      /malformed machine configuration\n.*hostPages/,
    ],
    [() => settingsOf({ seed: -1 }, 2), /seed: expected a whole number/],
    [() => settingsOf({ parallel: 0 }, 2), /parallel/],
    [() => settingsOf({ profile: 'x' }, 2), /unknown profile/],
  ])('refuses what cannot be meant (%#)', (make, message) => {
    expect(make).toThrow(message);
  });

  it('crosses workloads with environments and tells guests what to run', () => {
    const { cells } = planGrid(['fork', 'gups'], ['native', 'nested'], {}, true);
    expect(cells.map(({ key }) => key)).toEqual(['fork/native', 'fork/nested', 'gups/native', 'gups/nested']);
    expect(cells[1]!.config!.bootargs).toMatch(/^workload=fork n=\d+ /);
    expect(cells[0]!.config).toBeNull();
  });

  it('leaves a core to the one who waits', () => {
    expect(settingsOf({}, 8).parallel).toBe(7);
    expect(settingsOf({}, 1).parallel).toBe(1);
  });

  it('samples every cell once a round, in an order of its own, the same for the same seed', () => {
    const cells = ['a', 'b', 'c', 'd', 'e'];
    const rounds = sampleOrder(cells, 12, 4);
    for (const round of rounds) expect([...round].sort()).toEqual(cells);
    expect(new Set(rounds.map((round) => round.join(''))).size).toBeGreaterThan(6);
    expect(sampleOrder(cells, 12, 4)).toEqual(rounds);
    expect(sampleOrder(cells, 12, 5)).not.toEqual(rounds);
  });

  it('knows only workloads whose quick sizes name their own parameters', () => {
    for (const workload of WORKLOADS) expect(() => paramsOf(workload, workload.quick, true)).not.toThrow();
  });
});

describe('ranges', () => {
  it.each([
    ['0..16:x2', [0, 1, 2, 4, 8, 16]],
    ['3..20:x3', [3, 9, 20]],
    ['10..50:+20', [10, 30, 50]],
    ['0..5:+2', [0, 2, 4, 5]],
    ['1,2,8', [1, 2, 8]],
    ['7', [7]],
  ])('%s', (text, values) => {
    expect(parseRange(text)).toEqual(values);
  });

  it.each([
    '',
    'x',
    '5..1:x2',
    '1..9:x1',
    '1..9:+0',
    '1..9',
    '3,2',
    '1,,2',
    '-1..4:+1',
    '0..1000:+1',
    '0..99999999999999999999:x2',
  ])('refuses %j and tells the forms', (text) => {
    expect(() => parseRange(text)).toThrow(/a\.\.b:xK/);
  });
});
