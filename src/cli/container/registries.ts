/** Which registry a name is looked up at, and who is asking: settings, and credentials as the docker client keeps and sends them. */
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod';
import { InputError } from '../../abi/errors.ts';
import { isRegistry, type Reference, type Repository, repositoryOf } from '../../image/oci/reference.ts';
import type { Credentials } from '../../image/oci/registry/authority.ts';
import { parseDocument } from '../../image/oci/schema.ts';

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

const configuration = z.looseObject({ auths: z.record(z.string(), auth).nullish() });

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

/** What `docker login` kept for a host, in `$DOCKER_CONFIG` or `~/.docker`; null: nothing. */
export function keptCredentials(host: string, env: Environment = process.env): Credentials | null {
  const file = join(env.DOCKER_CONFIG || join(homedir(), '.docker'), 'config.json');
  let bytes: Uint8Array;
  try {
    bytes = readFileSync(file);
  } catch (e) {
    if ((e as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new InputError(`${file} can’t be read: ${e instanceof Error ? e.message : String(e)}`);
  }
  const { auths } = parseDocument(configuration, bytes, file);
  const row = auths?.[host] ?? Object.entries(auths ?? {}).find(([address]) => hostOfAddress(address) === host)?.[1];
  return row ? credentialsOf(row) : null;
}

/** What a client sends of itself: JSON, in base64 for addresses (`X-Registry-Auth`). */
export function sentCredentials(header: string | readonly string[] | undefined): Credentials | null {
  if (typeof header !== 'string' || !header) return null;
  return credentialsOf(parseDocument(auth, Buffer.from(header, 'base64url'), 'X-Registry-Auth'));
}

/** The body of POST /auth. */
export function loginOf(body: unknown): { host: string; credentials: Credentials | null } {
  const read = auth.safeParse(body);
  const host = hostOfAddress(read.data?.serveraddress ?? '');
  if (!read.success || !host) throw new InputError('the login names no registry: serveraddress is missing');
  return { host, credentials: credentialsOf(read.data) };
}
