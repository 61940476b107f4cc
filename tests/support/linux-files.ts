/** The files that programs are given to work on, here and under QEMU: the same names and bytes in the working directory. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const text = (lines: readonly string[]): Uint8Array => new TextEncoder().encode(lines.map((l) => `${l}\n`).join(''));
const numbers = (n: number): string[] => Array.from({ length: n }, (_, i) => String((i * 7919) % 1009));

/** Bytes of all values that look like none. */
const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * i * 31 + (i >> 3)) & 0xff);

/** Programs for the interpreters. */
const SCRIPTS = resolve(import.meta.dirname, '../linux/scripts');

export const FILES: ReadonlyMap<string, Uint8Array> = new Map([
  ['words', text(['pear', 'apple', 'fig', 'apple', 'Banana', 'cherry pie', '', 'fig', 'date', 'zucchini'])],
  ['others', text(['pear', 'apple', 'grape', 'apple', 'banana', 'cherry tart', '', 'date', 'date'])],
  ['sorted', text(['apple', 'banana', 'cherry', 'date', 'fig'])],
  ['sorted2', text(['banana', 'cherry', 'elder', 'fig', 'grape'])],
  ['table', text(['1 one uno', '2 two dos', '3 three tres', '10 ten diez'])],
  ['tabs', text(['a\tb\tc', '\tindented', 'x  y\tz'])],
  ['dos', new TextEncoder().encode('first\r\nsecond\r\n')],
  ['numbers', text(numbers(200))],
  [
    'people',
    text([
      'root:x:0:0:root:/root:/bin/sh',
      'daemon:x:1:1:daemon:/usr/sbin:/bin/false',
      'ann:x:1000:100:Ann B:/home/ann:/bin/bash',
    ]),
  ],
  [
    'prose',
    text([
      'The quick brown fox jumps over the lazy dog and then goes on to sleep for the rest of a long day.',
      '',
      'It was good.',
    ]),
  ],
  ['bytes', bytes],
  ['program.c', text(['#include <stdio.h>', 'int main(void) {', '\tprintf("hello\\n");', '\treturn 0;', '}'])],
  ['tree/a', text(['a'])],
  ['tree/b/c', text(['c', 'c'])],
  ['tree/b/d.txt', text(['d'])],
  ['tree/e/f/g', text(['g'])],
  ...readdirSync(SCRIPTS).map((name): [string, Uint8Array] => [name, readFileSync(join(SCRIPTS, name))]),
]);

/** Writes them into a directory of this host. */
export function writeFiles(folder: string): void {
  for (const [name, content] of FILES) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
}
