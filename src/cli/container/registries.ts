/** Which registry a name is looked up at, and who is asking: settings, and credentials as the docker client keeps and sends them. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { InputError, isInputError } from '../../abi/errors.ts';
import {
  isRegistry,
  parseReference,
  type Reference,
  type Repository,
  repositoryOf,
} from '../../image/oci/reference.ts';
import type { Credentials } from '../../image/oci/registry/authority.ts';
import { parseDocument } from '../../image/oci/schema.ts';
import type { ImageStore } from '../../machine/images/store.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Settings, by their names in the environment. */
const STANDARD = 'TRAPFRAME_REGISTRY';
const INSECURE = 'TRAPFRAME_INSECURE_REGISTRIES';

/** The registry of names that have no host; null: none is set. */
export function standardRegistry(env: Environment = process.env): string | null {
  const text = env[STANDARD]?.trim();
  if (!text) return null;
  if (!isRegistry(text))
    throw new InputError(
      `${STANDARD}: ${JSON.stringify(text)} is no registry`,
      'It is HOST[:PORT][/PATH], without http://.',
    );
  return text;
}

/** What to do about a name without a host. */
export const HOW_TO_NAME = `Write HOST/NAME, or set ${STANDARD} to the registry of names without a host.`;

/** Where a name is looked up. @throws InputError where it names no host and none is set */
export function demandRepository(reference: Reference, env: Environment = process.env): Repository {
  const found = repositoryOf(reference, standardRegistry(env));
  if (found) return found;
  throw new InputError(`${reference.name} names no registry to look it up at, and none is set`, HOW_TO_NAME);
}

/** Whether an image is here. @throws InputError where it is not, and there is nowhere to get it from */
export async function isHere(store: ImageStore, text: string, env: Environment = process.env): Promise<boolean> {
  try {
    await store.find(text);
    return true;
  } catch (e) {
    if (!isInputError(e)) throw e;
    const reference = parseReference(text);
    if (reference && repositoryOf(reference, standardRegistry(env))) return false;
    throw new InputError(e.message, HOW_TO_NAME);
  }
}

/** Whether plain HTTP may be spoken with a host. */
export const isInsecure = (host: string, env: Environment = process.env): boolean =>
  (env[INSECURE] ?? '').split(/[\s,]+/).includes(host);

const auth = z.looseObject({
  auth: z.string().nullish(),
  username: z.string().nullish(),
  password: z.string().nullish(),
  identitytoken: z.string().nullish(),
  registrytoken: z.string().nullish(),
  serveraddress: z.string().nullish(),
});

const logins = z.record(z.string(), auth);
export type Logins = z.infer<typeof logins>;
const configuration = z.looseObject({ auths: logins.nullish() });

/** Credentials as Docker writes them; null: there are none in it. */
function credentialsOf(row: z.infer<typeof auth>): Credentials | null {
  const [user = '', ...password] = Buffer.from(row.auth ?? '', 'base64')
    .toString('utf8')
    .split(':');
  const found = {
    username: row.username || user,
    password: row.password || password.join(':'),
    identityToken: row.identitytoken ?? '',
    registryToken: row.registrytoken ?? '',
  };
  return found.username || found.identityToken || found.registryToken ? found : null;
}

/** The host of an address as old clients wrote it: https://HOST/v1/. */
export const hostOfAddress = (address: string): string => address.replace(/^https?:\/\//, '').replace(/\/.*$/, '');

/** What `docker login` kept, in `$DOCKER_CONFIG` or `~/.docker`, by the registry. */
export function keptLogins(env: Environment = process.env): Logins {
  const file = join(env.DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json');
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new InputError(`${file} can’t be read: ${e instanceof Error ? e.message : String(e)}`);
  }
  return parseDocument(configuration, bytes, file).auths ?? {};
}

/** Who is logged in at a host; null: nobody. */
export function credentialsFor(host: string, logins: Logins): Credentials | null {
  const row = logins[host] ?? Object.entries(logins).find(([address]) => hostOfAddress(address) === host)?.[1];
  return row ? credentialsOf(row) : null;
}

type Header = string | readonly string[] | undefined;

/** JSON in a header, in base64 for addresses. */
const sent = <T>(schema: z.ZodType<T>, header: Header, name: string): T | null =>
  typeof header === 'string' && header ? parseDocument(schema, Buffer.from(header, 'base64url'), name) : null;

/** What a client sends of itself for one registry, which it has chosen. */
export function sentCredentials(header: Header): Credentials | null {
  const row = sent(auth, header, 'X-Registry-Auth');
  return row && credentialsOf(row);
}

/** What it sends where it does not know which registries will be asked, and how. */
export const sentLogins = (header: Header): Logins => sent(logins, header, 'X-Registry-Config') ?? {};
export const loginsHeader = (all: Logins): Readonly<Record<string, string>> => ({
  'x-registry-config': Buffer.from(JSON.stringify(all)).toString('base64url'),
});

/** The body of POST /auth. */
export function loginOf(body: unknown): { host: string; credentials: Credentials | null } {
  const read = auth.safeParse(body);
  const host = hostOfAddress(read.data?.serveraddress ?? '');
  if (!read.success || !host) throw new InputError('the login names no registry: serveraddress is missing');
  return { host, credentials: credentialsOf(read.data) };
}
