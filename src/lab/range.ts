/** Ranges of a swept parameter as written on a command line: `0..4096:x2`, `10..50:+10`, `1,2,4`. */
import { InputError } from '../abi/errors.ts';

const HELP =
  'Write a..b:xK (a, aK, aK² … b; from 0: 0, 1, K, K² …), a..b:+S (a, a+S, … b), or values with commas (1,2,8).';
const MOST_VALUES = 200;

/** The increasing values of a range; both ends are among them. Throws InputError with the forms that are understood. */
export function parseRange(text: string): number[] {
  const range = /^(\d+)\.\.(\d+):([x+])(\d+)$/.exec(text);
  const values = range ? stepped(text, range) : listed(text);
  if (values.length > MOST_VALUES)
    throw new InputError(`range “${text}”: ${values.length} values, more than ${MOST_VALUES}`, HELP);
  if (!values.every(Number.isSafeInteger)) throw new InputError(`range “${text}”: too large a number`, HELP);
  return values;
}

function stepped(text: string, [, a, b, kind, s]: RegExpExecArray): number[] {
  const [from, to, step] = [Number(a), Number(b), Number(s)];
  if (to <= from) throw new InputError(`range “${text}”: the end must be above the start`, HELP);
  if (kind === 'x' ? step < 2 : step < 1) throw new InputError(`range “${text}”: the step does not lead upwards`, HELP);
  const values: number[] = [];
  for (
    let at = from;
    at < to && values.length <= MOST_VALUES;
    at = kind === '+' ? at + step : at === 0 ? 1 : at * step
  ) {
    values.push(at);
  }
  values.push(to);
  return values;
}

function listed(text: string): number[] {
  const parts = text.split(',');
  if (!parts.every((part) => /^\d+$/.test(part))) throw new InputError(`range “${text}” is not understood`, HELP);
  const values = parts.map(Number);
  if (values.some((value, i) => i > 0 && value <= values[i - 1]!)) {
    throw new InputError(`range “${text}”: the values must increase`, HELP);
  }
  return values;
}
