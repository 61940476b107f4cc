/** Where a debugger is listened for. Apart from what listens, which most command lines do without. */
import { InputError } from '../../abi/errors.ts';

export interface GdbAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** The guest does not begin before a debugger lets it. */
  readonly wait: boolean;
}

const LOCAL = '127.0.0.1';

/** `PORT`, `HOST:PORT`, either with `,wait`. */
export function gdbAddress(option: string, text: string): GdbAddress {
  const match = /^(?:(.+):)?([0-9]{1,5})(,wait)?$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > 65535) {
    throw new InputError(`${option}: '${text}' is no port`, 'Give a port, such as 1234, 0.0.0.0:1234 or 1234,wait.');
  }
  return { host: match[1]?.replace(/^\[(.*)\]$/, '$1') ?? LOCAL, port, wait: match[3] !== undefined };
}
