/** Archives of images, made without the code under test: by hand, and by the system's tar, gzip and sha256sum. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const sha = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** A tar archive of files as the header fields say; `type` is the flag. */
export interface RawMember {
  readonly name: string;
  readonly type?: string;
  readonly link?: string;
  readonly content?: string | Uint8Array;
  readonly mode?: number;
}

export function rawTar(members: readonly RawMember[], end = true): Buffer {
  const blocks: Buffer[] = [];
  for (const { name, type = '0', link = '', content = '', mode = 0o644 } of members) {
    const body = Buffer.from(content as string);
    const header = Buffer.alloc(512);
    header.write(name, 0, 100);
    header.write(`${mode.toString(8).padStart(7, '0')}\0`, 100);
    header.write('0000000\0'.repeat(2), 108);
    header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
    header.write('00000000000\0', 136);
    header.write('        ', 148);
    header.write(type, 156);
    header.write(link, 157, 100);
    header.write('ustar\x0000', 257);
    const sum = header.reduce((n, b) => n + b, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    blocks.push(header, body, Buffer.alloc((512 - (body.length % 512)) % 512));
  }
  if (end) blocks.push(Buffer.alloc(1024));
  return Buffer.concat(blocks);
}

/** Zstandard without compression (RFC 8878, 3.1.1): one frame of raw blocks. */
export function rawZstd(bytes: Uint8Array): Buffer {
  const parts: Buffer[] = [Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38])];
  for (let at = 0; ; at += 65_536) {
    const block = bytes.subarray(at, at + 65_536);
    const last = at + 65_536 >= bytes.length;
    const head = Buffer.alloc(3);
    head.writeUIntLE((block.length << 3) | (last ? 1 : 0), 0, 3);
    parts.push(head, Buffer.from(block));
    if (last) return Buffer.concat(parts);
  }
}

export interface RawLayer {
  readonly bytes: Uint8Array;
  /** Of what is unpacked; not given: the layer is not packed. */
  readonly diffId?: string;
  readonly mediaType?: string;
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

export const rawConfig = (layers: readonly RawLayer[], more: object = {}) => ({
  architecture: 'riscv64',
  os: 'linux',
  config: { Cmd: ['sh'] },
  rootfs: { type: 'layers', diff_ids: layers.map((l) => l.diffId ?? `sha256:${sha(l.bytes)}`) },
  ...more,
});

/** An OCI image layout of one image; `change` may spoil its documents. */
export function ociArchive(
  layers: readonly RawLayer[],
  change: (parts: {
    config: unknown;
    manifest: Record<string, unknown>;
    index: Record<string, unknown>;
  }) => void = () => {},
): Buffer {
  const members: RawMember[] = [{ name: 'oci-layout', content: '{"imageLayoutVersion":"1.0.0"}' }];
  const blob = (bytes: Uint8Array): { digest: string; size: number } => {
    members.push({ name: `blobs/sha256/${sha(bytes)}`, content: bytes });
    return { digest: `sha256:${sha(bytes)}`, size: bytes.length };
  };
  const config = rawConfig(layers);
  const manifest: Record<string, unknown> = {
    schemaVersion: 2,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json' },
    layers: layers.map((l) => ({
      mediaType: l.mediaType ?? 'application/vnd.oci.image.layer.v1.tar',
      ...blob(l.bytes),
    })),
  };
  const index: Record<string, unknown> = { schemaVersion: 2 };
  const parts = { config, manifest, index };
  Object.assign(manifest.config as object, blob(json(config)));
  change(parts);
  index.manifests ??= [
    {
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      ...blob(json(manifest)),
      annotations: { 'io.containerd.image.name': 'docker.io/library/test:1' },
    },
  ];
  members.push({ name: 'index.json', content: json(index) });
  return rawTar(members);
}

/** What `docker save` wrote before version 25, put together by shell tools: a folder a layer, and a link where two are one. */
export function dockerArchive(layers: readonly Readonly<Record<string, string>>[], tags: readonly string[]): Buffer {
  const dir = mkdtempSync(join(tmpdir(), 'trapframe-docker-'));
  try {
    const sum = (file: string): string => execFileSync('sha256sum', [file], { encoding: 'utf8' }).slice(0, 64);
    const ids: string[] = [];
    const names: string[] = [];
    mkdirSync(join(dir, 'save'));
    layers.forEach((files, i) => {
      const root = join(dir, `root${i}`);
      mkdirSync(root);
      for (const [path, text] of Object.entries(files)) {
        mkdirSync(dirname(join(root, path)), { recursive: true });
        writeFileSync(join(root, path), text);
      }
      const name = `${String(i).repeat(64)}/layer.tar`;
      mkdirSync(join(dir, 'save', dirname(name)));
      execFileSync('tar', ['-C', root, '--owner=0', '--group=0', '-cf', join(dir, 'save', name), '.']);
      ids.push(`sha256:${sum(join(dir, 'save', name))}`);
      names.push(name);
    });
    const config = join(dir, 'save', 'config');
    writeFileSync(
      config,
      json({
        architecture: 'riscv64',
        os: 'linux',
        config: { Cmd: ['sh'] },
        rootfs: { type: 'layers', diff_ids: ids },
      }),
    );
    const id = sum(config);
    execFileSync('mv', [config, join(dir, 'save', `${id}.json`)]);
    writeFileSync(join(dir, 'save', 'manifest.json'), json([{ Config: `${id}.json`, RepoTags: tags, Layers: names }]));
    execFileSync('tar', ['-C', join(dir, 'save'), '-cf', join(dir, 'image.tar'), '.']);
    return readFileSync(join(dir, 'image.tar'));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
