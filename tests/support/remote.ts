/** A registry in this process that does what the specification says, until a test gets in between. */
import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawLayer, rawConfig, sha } from './images.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
export const INDEX = 'application/vnd.oci.image.index.v1+json';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** Answers in place of the registry; false: the registry shall. */
export type Between = (seen: Seen, response: ServerResponse) => boolean;

export const digestOf = (bytes: Uint8Array | string): string => `sha256:${sha(bytes)}`;
const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** The documents of an image, for tests to spoil. */
export interface Parts {
  config: Record<string, unknown>;
  manifest: Record<string, unknown> & { config: Record<string, unknown>; layers: Record<string, unknown>[] };
}

export class TestRegistry {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, { readonly type: string; readonly bytes: Buffer }>();
  readonly seen: Seen[] = [];
  readonly uploads = new Map<string, Buffer>();
  between: Between = () => false;
  private readonly server: Server;

  private constructor() {
    this.server = createServer((request, response) => {
      const parts: Buffer[] = [];
      const answer = (): void => {
        const { method = '', url = '', headers } = request;
        const seen = { method, path: url, headers, body: Buffer.concat(parts) };
        this.seen.push(seen);
        if (!this.between(seen, response)) this.answer(seen, response);
      };
      request.on('data', (part: Buffer) => parts.push(part)).on('end', answer);
      request.on('error', () => {});
      response.on('error', () => {});
    });
  }

  static async start(): Promise<TestRegistry> {
    const registry = new TestRegistry();
    await new Promise<void>((go) => registry.server.listen(0, '127.0.0.1', go));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((go) => this.server.close(go));
  }

  /** Has a blob. */
  blob(bytes: Uint8Array): { digest: string; size: number } {
    const digest = digestOf(bytes);
    this.blobs.set(digest, Buffer.from(bytes));
    return { digest, size: bytes.length };
  }

  /** Has a document, by a tag and by its digest. */
  document(tag: string, value: unknown, type: string): { mediaType: string; digest: string; size: number } {
    const bytes = Buffer.isBuffer(value) ? value : json(value);
    const digest = digestOf(bytes);
    for (const name of [tag, digest]) this.manifests.set(name, { type, bytes });
    return { mediaType: type, digest, size: bytes.length };
  }

  /** Has an image. */
  image(
    tag: string,
    layers: readonly RawLayer[],
    spoil: (parts: Parts) => void = () => {},
  ): Parts & { digest: string } {
    const parts: Parts = {
      config: rawConfig(layers),
      manifest: {
        schemaVersion: 2,
        mediaType: MANIFEST,
        config: {},
        layers: layers.map((l) => ({ mediaType: l.mediaType ?? LAYER, ...this.blob(l.bytes) })),
      },
    };
    const described = (): object => ({
      mediaType: 'application/vnd.oci.image.config.v1+json',
      ...this.blob(json(parts.config)),
    });
    Object.assign(parts.manifest.config, described());
    const before = JSON.stringify(parts.config);
    spoil(parts);
    if (JSON.stringify(parts.config) !== before) Object.assign(parts.manifest.config, described());
    return { ...parts, digest: this.document(tag, parts.manifest, MANIFEST).digest };
  }

  private answer(seen: Seen, response: ServerResponse): void {
    const [status, headers = {}, bytes = Buffer.alloc(0)] = this.reply(seen);
    response.writeHead(status, { 'content-length': bytes.length, ...headers });
    response.end(seen.method === 'HEAD' ? undefined : bytes);
  }

  private reply({
    method,
    path,
    headers,
    body,
  }: Seen): [status: number, headers?: OutgoingHttpHeaders, bytes?: Buffer] {
    const url = new URL(path, 'http://x');
    const [, kind = '', name = ''] = /\/(manifests|blobs|blobs\/uploads)\/([^/]*)$/.exec(url.pathname) ?? [];
    if (kind === 'manifests' && method === 'PUT') {
      const { digest } = this.document(name, body, headers['content-type'] ?? '');
      return [201, { 'docker-content-digest': digest }];
    }
    if (kind === 'manifests') {
      const found = this.manifests.get(name);
      return found ? [200, { 'content-type': found.type }, found.bytes] : [404];
    }
    if (kind === 'blobs') {
      const found = this.blobs.get(name);
      if (!found) return [404];
      const from = Number(/^bytes=(\d+)-$/.exec(headers.range ?? '')?.[1] ?? 0);
      if (!from) return [200, {}, found];
      if (from >= found.length) return [416, { 'content-range': `bytes */${found.length}` }];
      return [206, { 'content-range': `bytes ${from}-${found.length - 1}/${found.length}` }, found.subarray(from)];
    }
    if (kind !== 'blobs/uploads') return [404];
    const upload = name || `u${this.uploads.size}`;
    const had = this.uploads.get(upload) ?? Buffer.alloc(0);
    const now = method === 'PATCH' ? Buffer.concat([had, body]) : had;
    this.uploads.set(upload, now);
    const about = {
      location: `/v2/img/blobs/uploads/${upload}`,
      range: `0-${Math.max(now.length - 1, 0)}`,
    };
    if (method === 'POST' || method === 'PATCH') return [202, about];
    if (method === 'GET') return [204, about];
    this.uploads.delete(upload);
    if (method === 'DELETE') return [204];
    if (digestOf(now) !== url.searchParams.get('digest')) return [400];
    this.blob(now);
    return [201];
  }
}
