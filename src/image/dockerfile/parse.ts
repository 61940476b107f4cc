/** Dockerfiles as text: instructions with their flags and words (the Dockerfile reference; no heredocs, which need BuildKit). */
import { InputError } from '../../abi/errors.ts';

/** What there is. */
const WORDS = [
  ...['ADD', 'ARG', 'CMD', 'COPY', 'ENTRYPOINT', 'ENV', 'EXPOSE', 'FROM', 'HEALTHCHECK', 'LABEL', 'MAINTAINER'],
  ...['ONBUILD', 'RUN', 'SHELL', 'STOPSIGNAL', 'USER', 'VOLUME', 'WORKDIR'],
] as const;
export type Word = (typeof WORDS)[number];

export interface Instruction {
  /** Line of its beginning, from 1. */
  readonly line: number;
  readonly word: Word;
  /** `--name=value` before the arguments. */
  readonly flags: ReadonlyMap<string, string>;
  /** All behind the flags. */
  readonly text: string;
  /** The arguments where they are a JSON list of words. */
  readonly list: readonly string[] | null;
}

export interface Dockerfile {
  readonly instructions: readonly Instruction[];
  /** What takes a character's meaning: a backslash, or by a directive a backtick. */
  readonly escaping: string;
}

const fault = (line: number, why: string): InputError =>
  new InputError(`dockerfile parse error on line ${line}: ${why}`);

/** `# escape=…`, which only counts before anything else. */
function directives(lines: readonly string[]): { readonly escaping: string } {
  for (const [i, text] of lines.entries()) {
    const [, name, value] = /^#\s*(\w+)\s*=\s*(.*?)\s*$/.exec(text) ?? [];
    if (!name) break;
    if (name.toLowerCase() !== 'escape') continue;
    if (value !== '\\' && value !== '`') throw fault(i + 1, `escape=${value}: it has to be a backslash or a backtick`);
    return { escaping: value };
  }
  return { escaping: '\\' };
}

/** A JSON list of words; null: it is none, but a line for the shell. */
export function listOf(text: string): readonly string[] | null {
  if (!text.startsWith('[')) return null;
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) && value.every((word) => typeof word === 'string') ? value : null;
  } catch {
    return null;
  }
}

function instruction(line: number, text: string): Instruction {
  const [, name = '', rest = ''] = /^(\S+)\s*([\s\S]*)$/.exec(text) ?? [];
  const word = WORDS.find((one) => one === name.toUpperCase());
  if (!word) throw fault(line, `unknown instruction: ${name}`);
  const flags = new Map<string, string>();
  let left = rest.trim();
  for (
    let flag = /^--([a-z][\w-]*)(?:=(\S*))?(?:\s+|$)/.exec(left);
    flag;
    flag = /^--([a-z][\w-]*)(?:=(\S*))?(?:\s+|$)/.exec(left)
  ) {
    // Behind these the program's own begin.
    if (word === 'CMD' || word === 'ENTRYPOINT') break;
    flags.set(flag[1]!, flag[2] ?? 'true');
    left = left.slice(flag[0].length);
  }
  if (left === '') throw fault(line, `${word} requires at least one argument`);
  if ((word === 'RUN' || word === 'COPY' || word === 'ADD') && /(^|\s)<<-?["']?\w+/.test(left))
    throw fault(line, `${word}: heredocs need BuildKit, which is not here`);
  return { line, word, flags, text: left, list: listOf(left) };
}

/** Reads a Dockerfile. @throws InputError that names the line */
export function parseDockerfile(text: string): Dockerfile {
  const lines = text.replace(/^\ufeff/, '').split(/\r?\n/);
  const { escaping } = directives(lines);
  const instructions: Instruction[] = [];
  const continued = escaping === '`' ? /`[ \t]*$/ : /\\[ \t]*$/;
  for (let i = 0; i < lines.length; i++) {
    const first = i + 1;
    let whole = '';
    for (let more = true; more && i < lines.length; ) {
      const row = lines[i]!;
      // Remarks and empty lines within an instruction are left out.
      if (/^\s*(#|$)/.test(row)) {
        if (whole === '') break;
        i++;
        continue;
      }
      more = continued.test(row);
      whole += more ? row.replace(continued, '') : row;
      if (more) i++;
    }
    if (whole.trim() !== '') instructions.push(instruction(first, whole.trim()));
  }
  const begun = instructions.find(({ word }) => word !== 'ARG');
  if (!begun) throw new InputError('the Dockerfile has no instructions');
  if (begun.word !== 'FROM') throw fault(begun.line, 'no build stage in current context: FROM has to come first');
  return { instructions, escaping };
}
