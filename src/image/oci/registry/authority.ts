/** Who is asking: the `Authorization` of requests to a registry, by what it asks for (distribution-spec’s token authentication). */
import * as z from 'zod';
import { InputError } from '../../../abi/errors.ts';
import { quoted } from '../printable.ts';
import { parseDocument } from '../schema.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import { type Answer, bytesOf, type Exchange } from './exchange.ts';

/** Of a person at one registry, as Docker keeps them; what is empty is not there. */
export interface Credentials {
  readonly username: string;
  readonly password: string;
  /** What tokens are got with, in place of a password. */
  readonly identityToken: string;
  /** A token for the registry itself. */
  readonly registryToken: string;
}

/** How it reaches whoever gives out tokens. */
type Ask = (url: URL, request: Exchange) => Promise<Answer>;

const TOKEN_BYTES = 2 ** 20;
const CLIENT = 'trapframe';

const tokenReply = z.looseObject({ token: z.string().optional(), access_token: z.string().optional() });

/** A value that can stand in a header. */
const isPlain = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);

const basic = ({ username, password }: Credentials): string =>
  `Basic ${btoa(String.fromCharCode(...new TextEncoder().encode(`${username}:${password}`)))}`;

export class Authority {
  private readonly host: string;
  private readonly credentials: Credentials | null;
  private readonly ask: Ask;
  /** The value of the header; null: nothing has been asked for yet. */
  header: string | null = null;

  constructor(host: string, credentials: Credentials | null, ask: Ask) {
    this.host = host;
    this.credentials = credentials;
    this.ask = ask;
  }

  /** Does what an answer of 401 asks for; false: nothing can be done. `scope` is for registries that name none. */
  async meet(answer: Answer, scope: string): Promise<boolean> {
    for (const challenge of parseChallenges(answer.headers.get('www-authenticate') ?? '')) {
      const header = await this.headerFor(challenge, scope);
      if (header === null) continue;
      this.header = header;
      return true;
    }
    return false;
  }

  private async headerFor({ scheme, parameters }: Challenge, scope: string): Promise<string | null> {
    const { credentials } = this;
    if (scheme === 'basic') return credentials?.username ? basic(credentials) : null;
    if (scheme !== 'bearer') return null;
    if (credentials?.registryToken) return `Bearer ${credentials.registryToken}`;
    return `Bearer ${await this.token(parameters, scope)}`;
  }

  private async token(parameters: Readonly<Record<string, string>>, scope: string): Promise<string> {
    const what = `${this.host}: the token for it`;
    const realm = URL.canParse(parameters.realm ?? '') ? new URL(parameters.realm!) : null;
    if (!realm) throw new InputError(`${what}: ${quoted(parameters.realm ?? '')} is no address to get it from`);
    const wanted = { service: parameters.service ?? '', scope: parameters.scope || scope, client_id: CLIENT };
    const { username = '', identityToken = '' } = this.credentials ?? {};
    const answer = identityToken
      ? await this.ask(realm, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: new URLSearchParams({
            ...wanted,
            grant_type: 'refresh_token',
            refresh_token: identityToken,
          }).toString(),
        })
      : await this.ask(withQuery(realm, { ...wanted, ...(username && { account: username }) }), {
          method: 'GET',
          ...(username && { headers: { authorization: basic(this.credentials!) } }),
        });
    if (answer.status !== 200) {
      answer.close();
      throw new InputError(
        `${what}: ${realm.host} answers ${answer.status}${answer.status === 401 ? ': the credentials are refused' : ''}`,
        `Log in anew: docker login ${this.host}.`,
      );
    }
    const reply = parseDocument(tokenReply, await bytesOf(answer, TOKEN_BYTES, what), what);
    const token = reply.token ?? reply.access_token ?? '';
    if (!isPlain(token)) throw new InputError(`${what}: what ${realm.host} answers has none in it`);
    return token;
  }
}

function withQuery(url: URL, values: Readonly<Record<string, string>>): URL {
  const out = new URL(url);
  for (const [key, value] of Object.entries(values)) if (value) out.searchParams.set(key, value);
  return out;
}
