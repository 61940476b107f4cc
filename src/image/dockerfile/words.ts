/** Words of an instruction: quotes, what the escape character keeps, and variables (the Dockerfile reference, "Environment replacement"). */
import { InputError } from '../../abi/errors.ts';

/** Variables by name. */
export type Variables = (name: string) => string | undefined;

/** `${NAME}`, `${NAME:-word}`, `${NAME:+word}`, with - and + alone where an empty one counts as set. */
function braced(inside: string, variables: Variables, escaping: string): string {
  const [, name, how, word = ''] = /^(\w+)(?:(:?[-+?])([\s\S]*))?$/.exec(inside) ?? [];
  if (!name) throw new InputError(`\${${inside}}: this is no variable`);
  const value = variables(name);
  const set = value !== undefined && !(how?.startsWith(':') && value === '');
  if (how?.endsWith('-')) return set ? value! : expand(word, variables, escaping);
  if (how?.endsWith('+')) return set ? expand(word, variables, escaping) : '';
  if (how?.endsWith('?') && !set) throw new InputError(`${name}: ${word || 'is not set'}`);
  return value ?? '';
}

/** Where the brace of `${` at `at` is closed. */
function closing(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    if (text[i] === '{') depth++;
    if (text[i] === '}' && --depth === 0) return i;
  }
  throw new InputError(`${text}: a brace is not closed`);
}

/** A text without its quotes, variables replaced by their values. */
export function expand(text: string, variables: Variables, escaping = '\\'): string {
  let out = '';
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c === quote) quote = '';
    else if (quote === '' && (c === '"' || c === "'")) quote = c;
    else if (quote === "'") out += c;
    else if (c === escaping && i + 1 < text.length) {
      const next = text[++i]!;
      // Within quotes it keeps only what would mean something there.
      out += quote === '"' && next !== '"' && next !== '$' && next !== escaping ? c + next : next;
    } else if (c === '$' && text[i + 1] === '{') {
      const end = closing(text, i + 1);
      out += braced(text.slice(i + 2, end), variables, escaping);
      i = end;
    } else if (c === '$' && /\w/.test(text[i + 1] ?? '')) {
      const [name] = /^(\d|\w+)/.exec(text.slice(i + 1))!;
      out += variables(name!) ?? '';
      i += name!.length;
    } else out += c;
  }
  if (quote) throw new InputError(`${text}: a quote is not closed`);
  return out;
}

/** The words of a text, as they are written. */
export function splitWords(text: string, escaping = '\\'): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quote === '' && /\s/.test(c)) {
      if (word !== null) words.push(word);
      word = null;
      continue;
    }
    word = (word ?? '') + c;
    if (c === escaping && quote !== "'" && i + 1 < text.length) word += text[++i]!;
    else if (c === quote) quote = '';
    else if (quote === '' && (c === '"' || c === "'")) quote = c;
  }
  if (word !== null) words.push(word);
  return words;
}

/** `NAME=value …`, or in the older form `NAME value`; values as they are, variables replaced by what they were before. */
export function pairsOf(text: string, variables: Variables, escaping = '\\'): [name: string, value: string][] {
  const words = splitWords(text, escaping);
  if (!words[0]?.includes('=')) {
    const [, name, value] = /^(\S+)\s+([\s\S]*)$/.exec(text) ?? [];
    if (!name) throw new InputError(`${text}: this is not NAME=VALUE`);
    return [[expand(name, variables, escaping), expand(value!, variables, escaping)]];
  }
  return words.map((word) => {
    const cut = word.indexOf('=');
    if (cut < 1) throw new InputError(`${word}: this is not NAME=VALUE`);
    return [expand(word.slice(0, cut), variables, escaping), expand(word.slice(cut + 1), variables, escaping)];
  });
}
