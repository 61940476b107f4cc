/** Instructions of a Dockerfile that change what an image runs, as `commit --change` and `import --change` take them. */
import { InputError } from '../../abi/errors.ts';
import type { ImageConfig } from '../../image/oci/schema.ts';

type Config = NonNullable<ImageConfig['config']>;

/** `["a", "b"]`, or a line for the shell. */
function command(text: string): string[] {
  if (!text.startsWith('[')) return ['/bin/sh', '-c', text];
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value) && value.every((word) => typeof word === 'string')) return value;
  } catch {
    // Said below.
  }
  throw new InputError(`--change: ${text} is no list of words`);
}

/** KEY=VALUE, several on a line, values in quotes where they have spaces; or KEY VALUE. */
function pairs(text: string): [string, string][] {
  if (!/^[^\s=]+=/.test(text)) {
    const [, key, value] = /^(\S+)\s+(.*)$/.exec(text) ?? [];
    if (!key) throw new InputError(`--change: ${text} is not NAME=VALUE`);
    return [[key, value!]];
  }
  return [...text.matchAll(/([^\s=]+)=("(?:[^"\\]|\\.)*"|\S*)/g)].map(([, key, value]) => [
    key!,
    value!.startsWith('"') ? value!.slice(1, -1).replace(/\\(.)/g, '$1') : value!,
  ]);
}

const WORDS: Readonly<Record<string, (config: Config, text: string) => Config>> = {
  CMD: (config, text) => ({ ...config, Cmd: command(text) }),
  ENTRYPOINT: (config, text) => ({ ...config, Entrypoint: command(text) }),
  ENV: (config, text) => {
    const all = new Map((config.Env ?? []).map((row) => [row.slice(0, row.indexOf('=')), row]));
    for (const [key, value] of pairs(text)) all.set(key, `${key}=${value}`);
    return { ...config, Env: [...all.values()] };
  },
  LABEL: (config, text) => ({ ...config, Labels: { ...config.Labels, ...Object.fromEntries(pairs(text)) } }),
  USER: (config, text) => ({ ...config, User: text }),
  WORKDIR: (config, text) => ({ ...config, WorkingDir: text }),
  EXPOSE: (config, text) => {
    const ports = text.split(/\s+/).map((port) => (port.includes('/') ? port : `${port}/tcp`));
    for (const port of ports)
      if (!/^\d{1,5}(-\d{1,5})?\/(tcp|udp)$/.test(port)) throw new InputError(`--change: EXPOSE ${port} is no port`);
    return { ...config, ExposedPorts: { ...config.ExposedPorts, ...Object.fromEntries(ports.map((p) => [p, {}])) } };
  },
  VOLUME: (config, text) => {
    const places = text.startsWith('[') ? command(text) : text.split(/\s+/);
    return { ...config, Volumes: { ...config.Volumes, ...Object.fromEntries(places.map((place) => [place, {}])) } };
  },
  STOPSIGNAL: (config, text) => ({ ...config, StopSignal: text }),
};

/** What an image runs after these changes. Throws InputError for instructions that change something else, or are none. */
export function changed(config: Config, changes: readonly string[]): Config {
  return changes.reduce((made, line) => {
    const [, word = '', rest = ''] = /^\s*(\w+)\s+(.*?)\s*$/.exec(line) ?? [];
    const change = WORDS[word.toUpperCase()];
    if (!change || !rest)
      throw new InputError(`--change: “${line}” is none of ${Object.keys(WORDS).join(', ')} with something behind it`);
    return change(made, rest);
  }, config);
}
