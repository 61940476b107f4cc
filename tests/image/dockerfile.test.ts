/** Dockerfiles as text: instructions, flags, continued lines, words with quotes and variables. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ignoring } from '../../src/image/dockerfile/ignore.ts';
import { parseDockerfile } from '../../src/image/dockerfile/parse.ts';
import { expand, pairsOf, splitWords } from '../../src/image/dockerfile/words.ts';

const rows = (text: string): string[] =>
  parseDockerfile(text).instructions.map(
    ({ line, word, flags, text: rest, list }) =>
      `${line} ${word} ${[...flags].map((f) => f.join('=')).join(' ')}|${list ? JSON.stringify(list) : rest}`,
  );

describe('a Dockerfile', () => {
  it('is instructions by line, with remarks and continued lines', () => {
    expect(
      rows(
        '# syntax=docker/dockerfile:1\n\nARG A=1\nfrom base:$A as x\nRUN one \\\n  # a remark\n\n  two && \\  \n  three\nCOPY --from=x --chown=1:2 a b/\n CMD ["a", "b c"]\nCMD --not a flag\nRUN ["broken]',
      ),
    ).toEqual([
      '3 ARG |A=1',
      '4 FROM |base:$A as x',
      '5 RUN |one   two &&   three',
      '10 COPY from=x chown=1:2|a b/',
      '11 CMD |["a","b c"]',
      '12 CMD |--not a flag',
      '13 RUN |["broken]',
    ]);
    expect(rows('# escape=`\nFROM a`\nb\nRUN c:\\')).toEqual(['2 FROM |ab', '4 RUN |c:\\']);
  });

  it('that is wrong is refused by its line', () => {
    for (const [text, why] of [
      ['', 'no instructions'],
      ['RUN x', 'line 1: no build stage'],
      ['FROM a\nFOO b', 'line 2: unknown instruction: FOO'],
      ['FROM a\nCOPY', 'line 2: COPY requires at least one argument'],
      ['FROM a\nRUN <<EOF\nx\nEOF', 'line 2: RUN: heredocs'],
      ['# escape=x\nFROM a', 'line 1: escape=x'],
    ] as const)
      expect(() => parseDockerfile(text), text).toThrow(why);
  });
});

/** A dollar is written as a tilde where a brace follows, as what follows would look like a template. */
const dollars = (text: string): string => text.replaceAll('~', '$');

describe('words', () => {
  const variables = (name: string): string | undefined => ({ a: 'A', empty: '', long_1: 'L' })[name];

  it('have their variables replaced as the reference says', () => {
    for (const [text, value] of [
      ['$a', 'A'],
      ['~{a}b$a-~{long_1}', 'AbA-L'],
      ['\\$a \\~{a}', '$a ~{a}'],
      ['~{none:-x$a} ~{empty:-y} ~{empty-z} ~{none-w}', 'xA y  w'],
      ['~{a:+set} ~{none:+set} ~{empty:+set} ~{empty+set}', 'set   set'],
      ['\'$a\' "$a"', '$a A'],
      ['"a\\"b\\$a\\x"', 'a"b$a\\x'],
      ['$none', ''],
      ['a$', 'a$'],
    ] as const)
      expect(expand(dollars(text), variables), text).toBe(dollars(value));
    expect(() => expand(dollars('~{a'), variables)).toThrow('not closed');
    expect(() => expand('"a', variables)).toThrow('not closed');
    expect(() => expand(dollars('~{none:?must be}'), variables)).toThrow('none: must be');
  });

  it('are parted at blanks outside of quotes, and may be pairs', () => {
    expect(splitWords('a "b c" d\\ e  f\'g h\'')).toEqual(['a', '"b c"', 'd\\ e', "f'g h'"]);
    expect(pairsOf('A=1 B="two words" C=a\\ b D=$a', variables)).toEqual([
      ['A', '1'],
      ['B', 'two words'],
      ['C', 'a b'],
      ['D', 'A'],
    ]);
    expect(pairsOf('KEY the whole $a line', variables)).toEqual([['KEY', 'the whole A line']]);
    expect(() => pairsOf('A=1 B', variables)).toThrow('B: this is not NAME=VALUE');
  });

  it('come back from their quotes as they were', () => {
    const quoted = (text: string): string => `"${text.replace(/["\\$]/g, '\\$&')}"`;
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        const line = texts.map(quoted).join(' ');
        expect(splitWords(line).map((word) => expand(word, () => 'x'))).toEqual(texts);
      }),
    );
  });
});

describe('.dockerignore', () => {
  it('leaves out what its last rule says', () => {
    const ignored = ignoring(
      '# remark\n*.log\n/build\n**/*.tmp\nsub/*/deep\n!sub/kept/deep\nnode_modules\n!node_modules/one\n[ab].c\nx\\*y\n',
    );
    const all = [
      'a.log',
      'sub/a.log',
      'build',
      'build/x/y',
      'other/build',
      'a.tmp',
      's/t/a.tmp',
      'sub/some/deep/x',
      'sub/kept/deep/x',
    ];
    const more = ['node_modules/two', 'node_modules/one/x', 'a.c', 'c.c', 'x*y', 'xzy', '# remark', 'Dockerfile'];
    expect([...all, ...more].filter(ignored)).toEqual([
      ...['a.log', 'build', 'build/x/y', 'a.tmp', 's/t/a.tmp', 'sub/some/deep/x', 'node_modules/two', 'a.c', 'x*y'],
    ]);
  });
});
