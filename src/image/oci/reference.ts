/** Names of images: `[host[:port]/]path[:tag]`, or a digest (distribution's reference grammar). */
import { InputError } from '../../abi/errors.ts';

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const HOST = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]+)?';
const NAME = new RegExp(`^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*$`);
const TAG = /^\w[\w.-]{0,127}$/;

/** The name as it is kept: with a tag, without what every name of the usual registry begins with; null: it is none. */
export function normalName(text: string): string | null {
  const short = text.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '');
  const cut = short.lastIndexOf(':');
  const tagged = cut > short.lastIndexOf('/');
  const [name, tag] = tagged ? [short.slice(0, cut), short.slice(cut + 1)] : [short, 'latest'];
  return name.length <= 255 && NAME.test(name) && TAG.test(tag) ? `${name}:${tag}` : null;
}

/** @throws InputError where it is no name */
export function demandName(text: string): string {
  return (
    normalName(text) ??
    fail(
      `${JSON.stringify(text)} is no name of an image`,
      'A name is like busybox, tools/base:1.2 or host:5000/app:dev: lower case, digits, and . _ - between them.',
    )
  );
}

function fail(what: string, advice: string): never {
  throw new InputError(what, advice);
}
