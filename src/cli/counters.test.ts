import { expect, it } from 'vitest';
import { counterTable } from './counters.ts';

it('lines up counters, leaves zeros out, and gives each of several harts a column', () => {
  const total = { instret: 1234567, idle: 0, 'walk.count': 12 };
  expect(counterTable(total, [total])).toBe(
    'instret                       1,234,567\nwalk.count                           12\n',
  );
  expect(counterTable(total, [{ instret: 1234000, 'walk.count': 12 }, { instret: 567 }])).toBe(
    [
      '                                    all     hart 0  hart 1',
      'instret                       1,234,567  1,234,000     567',
      'walk.count                           12         12       0',
      '',
    ].join('\n'),
  );
});
