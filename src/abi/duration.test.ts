import { expect, it } from 'vitest';
import { durationMs } from './duration.ts';

it.each([
  ['1h30m', 5_400_000],
  ['1.5s', 1500],
  ['300ms', 300],
  ['2m1s500us', 121_000.5],
  ['', null],
  ['10', null],
  ['s', null],
  ['-1s', null],
  ['1 s', null],
])('%j is %s ms', (text, ms) => expect(durationMs(text)).toBe(ms));
