/** What each instruction of a Dockerfile does to the stage it stands in. */
import { durationMs } from '../../../abi/duration.ts';
import { InputError } from '../../../abi/errors.ts';
import { type Instruction, listOf, type Word } from '../../../image/dockerfile/parse.ts';
import { expand, pairsOf, splitWords } from '../../../image/dockerfile/words.ts';
import { IMAGE_LIMITS } from '../../../image/oci/limits.ts';
import { compressionOf, demandKnown, unpacked } from '../../../image/oci/unpack.ts';
import { bytesSource, type Source } from '../../../image/source.ts';
import { type Inode, isDirectory, isRegular } from '../../../linux/vfs/inode.ts';
import type { Path } from '../../../linux/vfs/mount.ts';
import { fileSource } from '../../images/tree.ts';
import type { Entry } from '../entry.ts';
import { directoryAt, extract } from '../extract.ts';
import { findPlace } from '../places.ts';
import { containerPorts } from '../ports.ts';
import { findUser } from '../users.ts';
import { copied, type Ownership, place, type Taken, taken } from './context.ts';
import type { Stage } from './stage.ts';

/** What a build has beside its stages. */
export interface Surroundings {
  readonly escaping: string;
  /** The root of the build context. */
  readonly context: Inode;
  /** The files of another stage, by name or number, or of an image; what it returns has to be let go. */
  filesOf(from: string): Promise<{ readonly root: Inode; release(): void }>;
  /** Of --build-arg, and of ARGs before the first FROM. */
  argument(name: string): string | undefined;
  readonly networkMode: string;
  readonly now: () => number;
  readonly signal: AbortSignal;
  /** What a program says. */
  output(text: string): void;
}

/** A program ended with another code than 0. */
export class ProgramFailed extends InputError {
  readonly code: number;
  constructor(command: string, code: number) {
    super(`The command '${command}' returned a non-zero code: ${code}`);
    this.code = code;
  }
}

type Serve = (stage: Stage, instruction: Instruction, around: Surroundings) => Promise<void> | void;

const saying = ({ word, text, flags }: Instruction): string =>
  `${word} ${[...flags].map(([name, value]) => `--${name}=${value} `).join('')}${text}`;

/** Flags of HEALTHCHECK, and what an image calls them, in nanoseconds. */
const HEALTH_TIMES: Readonly<Record<string, string>> = {
  interval: 'Interval',
  timeout: 'Timeout',
  'start-period': 'StartPeriod',
  'start-interval': 'StartInterval',
};

function demandFlags({ word, flags }: Instruction, known: readonly string[]): void {
  for (const name of flags.keys())
    if (!known.includes(name))
      throw new InputError(`${word}: there is no flag --${name} here${name === 'mount' ? '; it needs BuildKit' : ''}`);
}

const expanded = (stage: Stage, text: string, { escaping }: Surroundings): string =>
  expand(text, stage.variables, escaping);

const wordsOf = (stage: Stage, { list, text }: Instruction, around: Surroundings): string[] =>
  (list ?? splitWords(text, around.escaping)).map((word) => (list ? word : expanded(stage, word, around)));

/** A command as a list of words, or as a line for the shell. */
const command = (stage: Stage, { list, text }: Instruction): readonly string[] => list ?? [...stage.shell, text];

async function run(stage: Stage, instruction: Instruction, around: Surroundings): Promise<void> {
  demandFlags(instruction, ['network', 'security']);
  const cmd = command(stage, instruction);
  const set = new Set((stage.config.Env ?? []).map((row) => row.slice(0, row.indexOf('='))));
  const args = [...stage.args].filter(([name]) => !set.has(name)).map(([name, value]) => `${name}=${value}`);
  const request = {
    Cmd: cmd,
    Env: [...(stage.config.Env ?? []), ...args],
    WorkingDir: stage.workingDirectory,
    User: stage.config.User ?? '',
    HostConfig: { NetworkMode: instruction.flags.get('network') ?? around.networkMode },
  };
  await stage.layer(cmd.join(' '), request, async ({ container }) => {
    const text = new TextDecoder();
    const stop = (): void => container.signal(9);
    const unlisten = container.log.listen(({ bytes }) => around.output(text.decode(bytes, { stream: true })));
    around.signal.addEventListener('abort', stop, { once: true });
    try {
      container.start();
      const { code } = await container.wait();
      around.signal.throwIfAborted();
      if (code !== 0) throw new ProgramFailed(cmd.join(' '), code);
    } finally {
      unlisten();
      around.signal.removeEventListener('abort', stop);
    }
  });
}

function ownership(entry: Entry, flags: ReadonlyMap<string, string>): Ownership {
  const chmod = flags.get('chmod');
  if (chmod !== undefined && !/^[0-7]{1,4}$/.test(chmod))
    throw new InputError(`--chmod=${chmod}: this is no mode in octal digits`);
  const who = flags.get('chown') ?? '0:0';
  const { uid, gid } = findUser(who, (path) => entry.container.readText(path));
  // A user without a group is given the group of the same number.
  return { uid, gid: who.includes(':') ? gid : uid, mode: chmod === undefined ? null : Number.parseInt(chmod, 8) };
}

/** The deepest folder of a path that is there, and the names below it that are not. */
function deepest(root: Path, path: string): { readonly folder: Inode; readonly rest: readonly string[] } {
  const parts = path.split('/').filter(Boolean);
  for (let i = parts.length; ; i--) {
    const found = findPlace(root, `/${parts.slice(0, i).join('/')}`)?.inode;
    if (found && isDirectory(found.mode)) return { folder: found, rest: parts.slice(i) };
    if (found && i < parts.length) throw new InputError(`/${parts.slice(0, i).join('/')} is no directory`);
  }
}

/** An archive that ADD unpacks, as it is unpacked; null: it is none. */
async function archiveOf({ inode }: Taken): Promise<Source | null> {
  if (!isRegular(inode.mode)) return null;
  const content = fileSource(inode);
  const packed = compressionOf(content) !== 'none';
  let plain: Source = content;
  if (packed) {
    const parts: Uint8Array[] = [];
    try {
      demandKnown(content, 'the archive');
      for await (const part of unpacked(content, IMAGE_LIMITS, 'the archive')) parts.push(part);
    } catch {
      return null;
    }
    plain = bytesSource(new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer()));
  }
  const magic = new Uint8Array(5);
  plain.read(257, magic);
  return new TextDecoder().decode(magic) === 'ustar' ? plain : null;
}

async function copy(stage: Stage, instruction: Instruction, around: Surroundings): Promise<void> {
  const { word, flags } = instruction;
  demandFlags(instruction, word === 'COPY' ? ['from', 'chown', 'chmod', 'link'] : ['chown', 'chmod']);
  const words = wordsOf(stage, instruction, around);
  const to = words.pop()!;
  if (words.length === 0) throw new InputError(`${word} requires at least two arguments`);
  const address = words.find((text) => /^(https?|git):\/\//.test(text));
  if (address) throw new InputError(`${word} ${address}: nothing is fetched from addresses here`);
  const from = flags.get('from');
  const files = from === undefined ? null : await around.filesOf(expanded(stage, from, around));
  try {
    const sources = words.flatMap((pattern) => taken(files?.root ?? around.context, pattern));
    const archives = word === 'ADD' ? await Promise.all(sources.map(archiveOf)) : [];
    const many = sources.length > 1;
    if (many && !/(^|\/)\.{0,2}$/.test(to))
      throw new InputError(
        `When using ${word} with more than one source file, the destination must be a directory and end with a /`,
      );
    await stage.layer(`/bin/sh -c #(nop) ${saying(instruction)}`, { Cmd: ['-'], User: '0' }, (entry) => {
      const owner = ownership(entry, flags);
      const now = around.now();
      for (const [i, source] of sources.entries()) {
        entry.container.withFiles((root) => {
          const { folder, rest } = deepest(root, stage.absolute(to));
          const archive = archives[i];
          const isFolder = isDirectory(source.inode.mode) || archive;
          // Its own name is kept where a folder is meant.
          const below = isFolder || (rest.length > 0 && !/(^|\/)\.{0,2}$/.test(to)) ? rest : [...rest, source.name];
          if (archive) {
            const at = below.length ? directoryAt(folder, below, to) : folder;
            extract(archive, 'the archive', at, now);
          } else place(copied(source, below.join('/'), owner), folder, now);
        });
      }
    });
  } finally {
    files?.release();
  }
}

async function workdir(stage: Stage, instruction: Instruction, around: Surroundings): Promise<void> {
  const path = stage.absolute(expanded(stage, instruction.text, around));
  stage.config = { ...stage.config, WorkingDir: path };
  await stage.layer(`/bin/sh -c #(nop) WORKDIR ${path}`, { Cmd: ['-'], User: '0' }, (entry) =>
    entry.container.withFiles((root) => {
      const { folder, rest } = deepest(root, path);
      if (rest.length) directoryAt(folder, rest, path);
    }),
  );
}

const environment: Serve = (stage, instruction, around) => {
  const all = new Map((stage.config.Env ?? []).map((row) => [row.slice(0, row.indexOf('=')), row]));
  for (const [name, value] of pairsOf(instruction.text, stage.variables, around.escaping))
    all.set(name, `${name}=${value}`);
  stage.configure({ Env: [...all.values()] }, saying(instruction));
};

const labels: Serve = (stage, instruction, around) => {
  const more = Object.fromEntries(pairsOf(instruction.text, stage.variables, around.escaping));
  stage.configure({ Labels: { ...stage.config.Labels, ...more } }, saying(instruction));
};

const argument: Serve = (stage, { text }, around) => {
  for (const word of splitWords(text, around.escaping)) {
    const cut = word.indexOf('=');
    const name = cut < 0 ? word : word.slice(0, cut);
    const value = around.argument(name) ?? (cut < 0 ? undefined : expanded(stage, word.slice(cut + 1), around));
    if (value !== undefined) stage.args.set(name, value);
  }
};

const exposed: Serve = (stage, instruction, around) => {
  const ports = wordsOf(stage, instruction, around).flatMap((word) => containerPorts(word, 'EXPOSE'));
  const more = Object.fromEntries(ports.map(({ port, protocol }) => [`${port}/${protocol}`, {}]));
  stage.configure({ ExposedPorts: { ...stage.config.ExposedPorts, ...more } }, saying(instruction));
};

export const SERVE: Readonly<Record<Exclude<Word, 'FROM'>, Serve>> = {
  RUN: run,
  COPY: copy,
  ADD: copy,
  WORKDIR: workdir,
  ENV: environment,
  LABEL: labels,
  ARG: argument,
  EXPOSE: exposed,
  MAINTAINER: (stage, instruction) =>
    stage.configure({ Labels: { ...stage.config.Labels, maintainer: instruction.text } }, saying(instruction)),
  USER: (stage, instruction, around) =>
    stage.configure({ User: expanded(stage, instruction.text, around) }, saying(instruction)),
  STOPSIGNAL: (stage, instruction, around) =>
    stage.configure({ StopSignal: expanded(stage, instruction.text, around) }, saying(instruction)),
  VOLUME: (stage, instruction, around) => {
    const more = Object.fromEntries(wordsOf(stage, instruction, around).map((path) => [path, {}]));
    stage.configure({ Volumes: { ...stage.config.Volumes, ...more } }, saying(instruction));
  },
  CMD: (stage, instruction) => {
    stage.commanded = true;
    stage.configure({ Cmd: [...command(stage, instruction)] }, saying(instruction));
  },
  ENTRYPOINT: (stage, instruction) => {
    // The command of the image it began with was meant for another.
    const Cmd = stage.commanded ? stage.config.Cmd : null;
    stage.configure({ Entrypoint: [...command(stage, instruction)], Cmd }, saying(instruction));
  },
  SHELL: (stage, instruction) => {
    if (!instruction.list) throw new InputError('SHELL requires its arguments to be a list in JSON');
    stage.shell = instruction.list;
    stage.configure({ Shell: [...instruction.list] }, saying(instruction));
  },
  ONBUILD: (stage, instruction) => {
    if (/^(ONBUILD|FROM|MAINTAINER)\b/i.test(instruction.text))
      throw new InputError(`ONBUILD can’t be followed by ${instruction.text.split(/\s/)[0]}`);
    const before = (stage.config as { readonly OnBuild?: readonly string[] | null }).OnBuild ?? [];
    stage.configure({ OnBuild: [...before, instruction.text] }, saying(instruction));
  },
  HEALTHCHECK: (stage, instruction) => {
    const [, cmd] = /^CMD\s+([\s\S]*)$/i.exec(instruction.text) ?? [];
    if (!cmd && instruction.text.toUpperCase() !== 'NONE')
      throw new InputError('HEALTHCHECK is followed by CMD or NONE');
    demandFlags(instruction, [...Object.keys(HEALTH_TIMES), 'retries']);
    const list = cmd ? listOf(cmd) : null;
    const Test = !cmd ? ['NONE'] : list ? ['CMD', ...list] : ['CMD-SHELL', cmd];
    const more: Record<string, number> = {};
    for (const [flag, value] of instruction.flags) {
      const amount = flag === 'retries' ? (/^\d+$/.test(value) ? Number(value) : null) : durationMs(value);
      if (amount === null)
        throw new InputError(`HEALTHCHECK --${flag}: “${value}” is no ${flag === 'retries' ? 'number' : 'time'}`);
      if (flag === 'retries') more.Retries = amount;
      else more[HEALTH_TIMES[flag]!] = Math.round(amount * 1e6);
    }
    stage.configure({ Healthcheck: { Test, ...more } }, saying(instruction));
  },
};
