/** Pulling and pushing as commands do it: in this process, with the docker client’s credentials and a line of progress. */
import { demandReference, type Reference, referenceName } from '../image/oci/reference.ts';
import { Connection } from '../image/oci/registry/connection.ts';
import { parsePlatform } from '../image/oci/schema.ts';
import type { ImageStore } from '../machine/images/store.ts';
import { pullImage, pushImage, type Stage, type Told } from '../machine/images/transfer.ts';
import { credentialsFor, demandRepository, isHere, isInsecure, keptLogins } from './container/registries.ts';
import { hostImages } from './container/store.ts';
import type { Context } from './context.ts';
import { teller } from './obtaining.ts';
import type { Options } from './options/common.ts';

const DOING: Partial<Record<Stage, string>> = {
  packing: 'packing',
  moving: 'transferring',
  unpacking: 'unpacking',
};

function connect(reference: Reference, options: Options, { signal }: Context): Connection {
  const repository = demandRepository(reference);
  const { host } = repository;
  return new Connection(repository, {
    credentials: credentialsFor(host, keptLogins()),
    insecure: options.insecure === true || isInsecure(host),
    signal,
  });
}

async function following<T>(options: Options, context: Context, work: (told: Told) => Promise<T>): Promise<T> {
  const { tell, end } = teller(context, options.quiet === true);
  try {
    return await work(({ stage, number, count, done, total }) => {
      const doing = DOING[stage];
      if (doing) tell(`${doing} layer ${number} of ${count}`, total ? done / total : null);
    });
  } finally {
    end();
  }
}

/** Gets an image. Resolves to what it is called, and its digest there. */
export async function pull(store: ImageStore, text: string, options: Options, context: Context): Promise<string> {
  const reference = demandReference(text);
  const platform = options.platform === undefined ? null : parsePlatform('--platform', String(options.platform));
  const connection = connect(reference, options, context);
  const { digest } = await following(options, context, (told) =>
    pullImage(store, connection, reference, platform, told),
  );
  return reference.digest ? referenceName(reference) : `${referenceName(reference)} (${digest})`;
}

/** Sends an image. Resolves to what it is called, and its digest there. */
export async function push(store: ImageStore, text: string, options: Options, context: Context): Promise<string> {
  const reference = demandReference(text);
  const connection = connect(reference, options, context);
  const { digest } = await following(options, context, (told) => pushImage(store, connection, reference, told));
  return `${referenceName(reference)} (${digest})`;
}

/** When `container run` and `create` pull. */
export const PULL_POLICIES = ['missing', 'always', 'never'] as const;

/** Has an image here as --pull says. */
export async function obtainImage(text: string, options: Options, context: Context): Promise<void> {
  const store = hostImages();
  if (options.pull === 'never' || (options.pull === 'missing' && (await isHere(store, text)))) return;
  context.stderr.write(`trapframe: pulled image: ${await pull(store, text, options, context)}\n`);
}
