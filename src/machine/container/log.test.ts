import { expect, it } from 'vitest';
import { OutputLog } from './log.ts';

it('keeps the latest of what was written, and few entries of a program that writes byte by byte', () => {
  const log = new OutputLog();
  const heard: number[] = [];
  const unlisten = log.listen(({ time }) => heard.push(time));
  log.write('stderr', 0, new Uint8Array(5 * 2 ** 20));
  expect(log.kept.map(({ stream }) => stream)).toEqual(['stderr']);
  unlisten();
  for (let time = 1; time <= 200_000; time++) log.write('stdout', time, Uint8Array.of(time & 255));
  const { kept } = log;
  expect(heard).toEqual([0]);
  expect(kept.length).toBeGreaterThan(10_000);
  expect(kept.length).toBeLessThan(100_000);
  expect(kept.at(-1)).toBe(log.latest);
  expect(kept.map(({ time }) => time)).toEqual(Array.from(kept, (_, i) => 200_001 - kept.length + i));
});
