/** `docker pull`, `push` and `login`, and what a build needs: the store’s transfers, told in the client’s words. */
import { InputError } from '../../../abi/errors.ts';
import { demandReference, type Reference, type Repository, referenceName } from '../../../image/oci/reference.ts';
import type { Credentials } from '../../../image/oci/registry/authority.ts';
import { Connection } from '../../../image/oci/registry/connection.ts';
import { type Platform, parsePlatform } from '../../../image/oci/schema.ts';
import type { ImageRecord } from '../../../machine/images/catalogue.ts';
import type { ImageStore } from '../../../machine/images/store.ts';
import { pullImage, pushImage, type Stage, type Told } from '../../../machine/images/transfer.ts';
import { HttpError, type Request, type Route } from '../../daemon/server.ts';
import {
  credentialsFor,
  demandRepository,
  isHere,
  isInsecure,
  loginOf,
  sentCredentials,
  sentLogins,
} from '../registries.ts';
import { lines, type Say } from './lines.ts';
import { flag, json } from './reply.ts';

/** What the client shows of each stage. */
const PULL: Readonly<Record<Stage, string>> = {
  waiting: 'Pulling fs layer',
  there: 'Already exists',
  packing: '',
  moving: 'Downloading',
  moved: 'Download complete',
  unpacking: 'Extracting',
  done: 'Pull complete',
};
const PUSH: Readonly<Record<Stage, string>> = {
  ...PULL,
  waiting: 'Preparing',
  there: 'Layer already exists',
  packing: 'Preparing',
  moving: 'Pushing',
  done: 'Pushed',
};
const EVERY_MS = 100;

const short = (digest: string): string => digest.slice(7, 19);

/** Says each stage, and of one that takes long now and then how far it is. */
function telling(say: Say, words: Readonly<Record<Stage, string>>): Told {
  let last = '';
  let said = 0;
  return ({ stage, layer, done, total }) => {
    const now = Date.now();
    const what = `${stage} ${layer}`;
    if (what === last && now - said < EVERY_MS) return;
    last = what;
    said = now;
    const progressDetail = done ? { current: done, ...(total && { total }) } : {};
    say({ status: words[stage], progressDetail, id: short(layer) });
  };
}

const connect = (repository: Repository, credentials: Credentials | null, { signal }: Request): Connection =>
  new Connection(repository, { credentials, insecure: isInsecure(repository.host), signal });

const sentWith = (request: Request): Credentials | null => sentCredentials(request.body.headers['x-registry-auth']);

/** A name and beside it a tag or a digest, which may also be in the name. */
function referenceOf(name: string, tag: string | null): Reference {
  if (!tag) return demandReference(name);
  return demandReference(`${name}${tag.includes(':') ? '@' : ':'}${tag}`);
}

export function pull(request: Request, store: ImageStore, told: (record: ImageRecord) => void): Promise<null> {
  const { query } = request;
  const name = query.get('fromImage') ?? '';
  const tag = query.get('tag');
  if (!tag && !/[:@][^/]*$/.test(name))
    throw new HttpError(400, `${name}: all tags at once are not pulled: name one, ${name}:latest`);
  const reference = referenceOf(name, tag);
  const platform = query.get('platform');
  const wanted = platform ? parsePlatform('platform', platform) : null;
  return lines(request, async (say) => {
    const repository = demandRepository(reference);
    const connection = connect(repository, sentWith(request), request);
    told(await pulled(store, connection, reference, wanted, say));
  });
}

/** Pulls, and says all that the client shows of it. */
async function pulled(
  store: ImageStore,
  connection: Connection,
  reference: Reference,
  platform: Platform | null,
  say: Say,
): Promise<ImageRecord> {
  say({ status: `Pulling from ${connection.path}`, id: reference.digest ? referenceName(reference) : reference.tag });
  const { record, digest, old } = await pullImage(store, connection, reference, platform, telling(say, PULL));
  say({ status: `Digest: ${digest}` });
  say({ status: `Status: ${old ? 'Image is up to date' : 'Downloaded newer image'} for ${referenceName(reference)}` });
  return record;
}

/** For a build: has an image here before it is used, and with `pull` as it is at the registry now. */
export function obtaining(request: Request, store: ImageStore, say: Say): (name: string) => Promise<void> {
  const logins = sentLogins(request.body.headers['x-registry-config']);
  const always = flag(request.query, 'pull');
  return async (name) => {
    if (!always && (await isHere(store, name))) return;
    const reference = demandReference(name);
    const repository = demandRepository(reference);
    await pulled(store, connect(repository, credentialsFor(repository.host, logins), request), reference, null, say);
  };
}

export function push(request: Request, store: ImageStore, told: (record: ImageRecord) => void): Promise<null> {
  const name = request.params.name!;
  const tag = request.query.get('tag');
  return lines(request, async (say) => {
    const { name: kept } = demandReference(name);
    const references = tag
      ? [referenceOf(name, tag)]
      : (await store.list())
          .flatMap((image) => image.names)
          .map(demandReference)
          .filter((other) => other.name === kept);
    if (!references.length) throw new InputError(`there is no image of the name ${kept} here`);
    for (const reference of references) {
      const repository = demandRepository(reference);
      say({ status: `The push refers to repository [${repository.host}/${repository.path}]` });
      const { digest, size } = await pushImage(
        store,
        connect(repository, sentWith(request), request),
        reference,
        telling(say, PUSH),
      );
      told(await store.find(referenceName(reference)));
      say({ status: `${reference.tag}: digest: ${digest} size: ${size}` });
      say({ progressDetail: {}, aux: { Tag: reference.tag, Digest: digest, Size: size } });
    }
  });
}

/** Nothing of a login is kept here: the client keeps it, and sends it along. */
export const loginRoute: Route = {
  method: 'POST',
  path: '/auth',
  async handle(request) {
    const { host, credentials } = loginOf(await request.json());
    const connection = connect({ host, path: '' }, credentials, request);
    try {
      await connection.enter();
    } catch (e) {
      if (e instanceof InputError) throw new HttpError(401, e.message);
      throw e;
    }
    return json({ Status: 'Login Succeeded', IdentityToken: '' });
  },
};
