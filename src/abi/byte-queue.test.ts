import { expect, it } from 'vitest';
import { ByteQueue } from './byte-queue.ts';

it('gives the bytes back in order, however they came', () => {
  const queue = new ByteQueue();
  const sent: number[] = [];
  const push = (length: number) => {
    const bytes = Uint8Array.from({ length }, (_, i) => (sent.length + i) & 255);
    sent.push(...bytes);
    queue.push(bytes);
  };
  for (let i = 0; i < 20_000; i++) push(1);
  for (const length of [1023, 1024, 5000, 3, 0, 8192]) push(length);
  expect(queue.length).toBe(sent.length);
  const got: number[] = [];
  for (const length of [1, 8191, 9000, 4000, 20_000]) {
    const piece = new Uint8Array(length);
    const count = queue.copy(piece);
    queue.drop(count);
    got.push(...piece.subarray(0, count));
  }
  expect(queue.length).toBe(0);
  expect(got).toEqual(sent);
});
