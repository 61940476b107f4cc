/** Names of images: `[host[:port]/]path[:tag][@digest]` (distribution's reference grammar). */
import { InputError } from '../../abi/errors.ts';
import { type Digest, isDigest } from './digest.ts';

const COMPONENT = '[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*';
const HOST = '(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)*)(?::[0-9]+)?';
const NAME = new RegExp(`^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*$`);
const REGISTRY = new RegExp(`^${HOST}(?:/${COMPONENT})*$`);
const TAG = /^\w[\w.-]{0,127}$/;

/** What a text means: always the same image by its digest, or what a tag names now. */
export interface Reference {
  /** Without a tag, and without what every name of the usual registry begins with. */
  readonly name: string;
  /** Not looked at where there is a digest. */
  readonly tag: string;
  readonly digest: Digest | null;
}

/** Null: it is none. */
export function parseReference(text: string): Reference | null {
  const [whole = '', digest = null, more] = text.split('@');
  const short = whole.replace(/^(?:index\.)?docker\.io\//, '').replace(/^library\//, '');
  const cut = short.lastIndexOf(':');
  const tagged = cut > short.lastIndexOf('/');
  const [name, tag] = tagged ? [short.slice(0, cut), short.slice(cut + 1)] : [short, 'latest'];
  const good = name.length <= 255 && NAME.test(name) && TAG.test(tag) && more === undefined;
  return good && (digest === null || isDigest(digest)) ? { name, tag, digest } : null;
}

/** A reference as it is kept, with a tag or a digest. */
export const referenceName = ({ name, tag, digest }: Reference): string =>
  digest ? `${name}@${digest}` : `${name}:${tag}`;

/** @throws InputError where it is none */
export const demandReference = (text: string): Reference => parseReference(text) ?? noName(text);

/** The name of an image as it is kept: with a tag; null: it is none. */
export function normalName(text: string): string | null {
  const reference = parseReference(text);
  return reference && !reference.digest ? referenceName(reference) : null;
}

/** @throws InputError where it is no name */
export const demandName = (text: string): string => normalName(text) ?? noName(text);

function noName(text: string): never {
  throw new InputError(
    `${JSON.stringify(text)} is no name of an image`,
    'A name is like busybox, tools/base:1.2 or host:5000/app:dev: lower case, digits, and . _ - between them.',
  );
}

/** The host a name begins with; null: it names none. */
export function hostOf(name: string): string | null {
  const cut = name.indexOf('/');
  const first = name.slice(0, Math.max(cut, 0));
  return /[.:]/.test(first) || first === 'localhost' ? first : null;
}

/** Where a name is looked up. */
export interface Repository {
  readonly host: string;
  readonly path: string;
}

/** `HOST[:PORT][/PATH]`, which names without a host get in front. */
export const isRegistry = (text: string): boolean => REGISTRY.test(text);

/** Where a name is looked up, with `otherwise` in front where it names no host; null: nowhere. */
export function repositoryOf({ name }: Reference, otherwise: string | null): Repository | null {
  const host = hostOf(name);
  const full = host === null ? otherwise && `${otherwise}/${name}` : name;
  if (!full) return null;
  const cut = full.indexOf('/');
  return { host: full.slice(0, cut), path: full.slice(cut + 1) };
}
