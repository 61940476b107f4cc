import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** SHA-256 of some bytes, 64 hex digits. */
export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

/** All files below `dir` whose name ends in one of `endings`, sorted, relative to `root`. Empty when there is no `dir`. */
export function filesBelow(root: string, dir: string, endings: readonly string[]): string[] {
  const full = path.join(root, dir);
  if (!existsSync(full)) return [];
  return readdirSync(full, { recursive: true, encoding: 'utf8' })
    .filter((name) => endings.some((ending) => name.endsWith(ending)))
    .map((name) => path.posix.join(dir, name.replaceAll(path.sep, '/')))
    .sort();
}

/** Remembers what each artefact was made of, so that nothing is made twice from equal inputs. */
export class Stamps {
  private readonly file: string;
  private readonly keys: Record<string, string>;

  constructor(file: string) {
    this.file = file;
    this.keys = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  }

  /** The key of an artefact: its recipe and the bytes of everything it is made of. */
  static key(root: string, recipe: readonly string[], inputs: readonly string[]): string {
    const parts = inputs.map((input) => `${input} ${sha256(readFileSync(path.join(root, input)))}`);
    return sha256([...recipe, ...parts].join('\n'));
  }

  /** Whether the artefact at `target` exists and was made with this key. */
  fresh(root: string, target: string, key: string): boolean {
    return this.keys[target] === key && existsSync(path.join(root, target));
  }

  /** Notes that `target` was made with this key. */
  note(target: string, key: string): void {
    this.keys[target] = key;
    /* Complete or not at all: another build may read it meanwhile. */
    const unfinished = `${this.file}.${process.pid}`;
    writeFileSync(unfinished, `${JSON.stringify(this.keys, null, 2)}\n`);
    renameSync(unfinished, this.file);
  }
}
