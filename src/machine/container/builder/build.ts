/** Images built from a Dockerfile: its stages one after the other, each step that changes files a layer. */
import { InputError, isInputError } from '../../../abi/errors.ts';
import { type Instruction, parseDockerfile } from '../../../image/dockerfile/parse.ts';
import { expand, splitWords } from '../../../image/dockerfile/words.ts';
import type { Digest } from '../../../image/oci/digest.ts';
import type { Source } from '../../../image/source.ts';
import type { ImageStore } from '../../images/store.ts';
import type { ContainerEngine } from '../engine.ts';
import { contextOf, leaveOut, taken, textOf } from './context.ts';
import { ProgramFailed, SERVE, type Surroundings } from './instructions.ts';
import { demandPlatform, Stage } from './stage.ts';

export interface BuildRequest {
  /** An archive of the build context, not packed. */
  readonly context: Source;
  /** The Dockerfile's path in it. */
  readonly dockerfile: string;
  readonly names: readonly string[];
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** The last stage that is built; empty: the last one there is. */
  readonly target: string;
  readonly networkMode: string;
  readonly signal: AbortSignal;
  /** Has an image here that a stage begins with or takes from, if it can be had. */
  readonly obtain: (name: string) => Promise<unknown>;
  /** Told of steps, and what programs say. */
  readonly say: (text: string) => void;
}

/** What may be given without an ARG. */
const PREDEFINED = /^(https?|ftp|no|all)_proxy$/i;

const short = (id: Digest): string => id.slice('sha256:'.length, 'sha256:'.length + 12);

/** Instructions by the FROM they stand below. */
function stagesOf(instructions: readonly Instruction[]): {
  readonly before: Instruction[];
  readonly stages: Instruction[][];
} {
  const before: Instruction[] = [];
  const stages: Instruction[][] = [];
  for (const instruction of instructions) {
    if (instruction.word === 'FROM') stages.push([instruction]);
    else (stages.at(-1) ?? before).push(instruction);
  }
  return { before, stages };
}

/** `FROM [--platform=…] IMAGE [AS NAME]`. */
function fromOf({ text, flags }: Instruction, variables: (name: string) => string | undefined, escaping: string) {
  const words = splitWords(text, escaping);
  if (words.length !== 1 && !(words.length === 3 && /^as$/i.test(words[1]!)))
    throw new InputError('FROM requires either one or three arguments');
  const platform = flags.get('platform');
  if (platform !== undefined) demandPlatform(expand(platform, variables, escaping));
  return { image: expand(words[0]!, variables, escaping), name: words[2]?.toLowerCase() ?? '' };
}

/** Builds an image. Rejects with InputError, which names the step, and then nothing of it stays. */
export async function buildImage(engine: ContainerEngine, store: ImageStore, request: BuildRequest): Promise<Digest> {
  const now = (): number => engine.host.system.kernel.clock.realtime();
  const context = contextOf(request.context, now);
  const [file] = taken(context, request.dockerfile);
  const { instructions, escaping } = parseDockerfile(textOf(file!.inode));
  leaveOut(context);
  const { before, stages } = stagesOf(instructions);
  const used = new Set<string>();
  const given = (name: string): string | undefined => {
    used.add(name);
    return Object.hasOwn(request.args, name) ? request.args[name] : undefined;
  };
  const global = new Map<string, string>();
  for (const { text } of before)
    for (const word of splitWords(text, escaping)) {
      const [name = '', ...value] = word.split('=');
      const found =
        given(name) ?? (value.length ? expand(value.join('='), (other) => global.get(other), escaping) : undefined);
      if (found !== undefined) global.set(name, found);
    }
  const done: Stage[] = [];
  const open: Stage[] = [];
  const stageAt = (name: string): Stage | undefined =>
    done.find((stage) => stage.name !== '' && stage.name === name.toLowerCase()) ??
    (/^\d+$/.test(name) ? done[Number(name)] : undefined);

  const around: Surroundings = {
    escaping,
    context,
    networkMode: request.networkMode,
    now,
    signal: request.signal,
    output: request.say,
    argument: (name) => given(name) ?? global.get(name),
    async filesOf(from) {
      const stage = stageAt(from) ?? (await Stage.begin(engine, store, '', await imageOf(from)));
      if (!done.includes(stage)) open.push(stage);
      const entry = await stage.container({ Cmd: ['-'], User: '0' });
      return { root: entry.opened.root.fs.root, release: () => engine.remove(entry, true) };
    },
  };

  async function imageOf(name: string): Promise<string> {
    await request.obtain(name);
    return (await store.find(name)).id;
  }

  let step = 0;
  const announce = (text: string): void => {
    request.signal.throwIfAborted();
    request.say(`Step ${++step}/${total} : ${text}\n`);
  };
  const perform = async (stage: Stage, instruction: Instruction): Promise<void> => {
    if (instruction.word === 'FROM') throw new InputError('FROM can’t stand here');
    try {
      await SERVE[instruction.word](stage, instruction, around);
    } catch (e) {
      // A program that failed is told of as it is everywhere.
      if (!isInputError(e) || e instanceof ProgramFailed) throw e;
      throw new InputError(`${request.dockerfile}:${instruction.line}: ${e.message}`);
    }
    request.say(` ---> ${short(stage.image)}\n`);
  };
  const titles = stages.map(([from]) => fromOf(from!, (name) => global.get(name), escaping));
  const wanted = request.target.toLowerCase();
  const last =
    wanted === '' ? stages.length - 1 : titles.findIndex(({ name }, i) => name === wanted || String(i) === wanted);
  if (last < 0) throw new InputError(`target stage ${request.target} could not be found`);
  const total = before.length + stages.slice(0, last + 1).reduce((sum, stage) => sum + stage.length, 0);
  try {
    for (const { text } of before) announce(`ARG ${text}`);
    for (const [i, [from, ...rest]] of stages.slice(0, last + 1).entries()) {
      announce(`FROM ${from!.text}`);
      const { image, name } = titles[i]!;
      const known = stageAt(image);
      const stage = await Stage.begin(
        engine,
        store,
        name,
        image === 'scratch' ? null : (known?.image ?? (await imageOf(image))),
      );
      open.push(stage);
      request.say(` ---> ${short(stage.image)}\n`);
      for (const trigger of stage.takeTriggers()) {
        const [instruction] = parseDockerfile(`FROM x\n${trigger}`).instructions.slice(1);
        request.say(`# Executing a build trigger: ${trigger}\n`);
        await perform(stage, instruction!);
      }
      for (const instruction of rest) {
        announce(`${instruction.word} ${instruction.text}`);
        await perform(stage, instruction);
      }
      await stage.rest();
      done.push(stage);
    }
    const unused = Object.keys(request.args).filter((name) => !used.has(name) && !PREDEFINED.test(name));
    if (unused.length) request.say(`[Warning] One or more build-args [${unused.join(' ')}] were not consumed\n`);
    return await done.at(-1)!.finish(request.names, request.labels);
  } finally {
    for (const stage of open) await stage.close();
  }
}
