/**
 * Who may import whom, as one table: tests/imports.test.ts holds the source to it, and docs/ARCHITECTURE.md shows it
 * (printed by tests/support/print-import-rules.ts).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';

interface ImportRule {
  /** A folder (or file) below the root; the longest one that fits a file decides. */
  readonly area: string;
  /** Other areas it may import, `*` for all. Its own files it may always import. */
  readonly may: readonly string[];
  /** Packages from npm. */
  readonly packages: readonly string[];
  /** Whether `node:` modules are allowed; where not, the code runs in a browser too. */
  readonly node: boolean;
  readonly why: string;
}

export const IMPORT_RULES: readonly ImportRule[] = [
  {
    area: 'src/abi',
    may: [],
    packages: ['zod'],
    node: false,
    why: 'tables and types everything else is derived from',
  },
  {
    area: 'src/image',
    may: ['src/abi'],
    packages: ['zod', 'fzstd', '@noble/hashes'],
    node: false,
    why: 'readers of file formats, and of registries by fetch; of abi the errors, and the shape of a device tree',
  },
  { area: 'src/isa', may: ['src/abi'], packages: [], node: false, why: 'the instruction set, described once' },
  {
    area: 'src/isa/gen/main.ts',
    may: ['src/isa'],
    packages: [],
    node: true,
    why: 'writes what is generated from the instruction set',
  },
  {
    area: 'src/engine',
    may: ['src/isa', 'src/abi'],
    packages: [],
    node: false,
    why: 'instantiates and steps the core; runs native builds',
  },
  { area: 'src/devices', may: ['src/abi'], packages: [], node: false, why: 'devices know only their own interface' },
  {
    area: 'src/devices/node',
    may: ['src/devices', 'src/abi'],
    packages: [],
    node: true,
    why: 'files and folders of Node behind the interfaces of devices',
  },
  { area: 'src/linux', may: ['src/abi'], packages: [], node: false, why: 'declares the machine interface it needs' },
  {
    area: 'src/machine',
    may: ['src/engine', 'src/devices', 'src/image', 'src/linux', 'src/isa', 'src/abi'],
    packages: [],
    node: false,
    why: 'the only composer of engine, devices, images and system calls',
  },
  {
    area: 'src/machine/images',
    may: ['src/machine', 'src/image', 'src/linux', 'src/abi'],
    packages: ['zod'],
    node: false,
    why: 'images that are kept, and file systems of their layers',
  },
  {
    area: 'src/machine/container',
    may: ['src/machine', 'src/machine/images', 'src/image', 'src/linux', 'src/abi'],
    packages: ['zod'],
    node: false,
    why: 'containers on one kernel: what a runtime bundle asks for, done to namespaces, mounts and control groups',
  },
  {
    area: 'src/machine/hostings',
    may: [
      'src/machine',
      'src/machine/container',
      'src/machine/images',
      'src/engine',
      'src/devices',
      'src/image',
      'src/linux',
      'src/abi',
    ],
    packages: [],
    node: false,
    why: 'one program in whatever can host it, seen alike by the lab',
  },
  {
    area: 'src/machine/node',
    may: [
      'src/machine',
      'src/machine/container',
      'src/machine/hostings',
      'src/machine/images',
      'src/devices',
      'src/devices/node',
      'src/image',
      'src/linux',
      'src/abi',
    ],
    packages: ['zod'],
    node: true,
    why: 'programs of the host’s files on the host’s terminal, which only one thread can serve; of devices the host’s folders',
  },
  {
    area: 'src/rpc',
    may: ['src/machine', 'src/machine/hostings', 'src/engine', 'src/abi'],
    packages: ['comlink'],
    node: false,
    why: 'reaches a machine, in this thread or another',
  },
  { area: 'src/rpc/node.ts', may: ['src/rpc'], packages: ['comlink'], node: true, why: 'workers as Node’s threads' },
  {
    area: 'src/lab',
    may: ['src/rpc', 'src/abi'],
    packages: ['tinybench', 'zod', 'comlink'],
    node: false,
    why: 'experiments; machines only through rpc',
  },
  {
    area: 'src/lab/node',
    may: ['src/lab', 'src/rpc', 'src/rpc/node.ts', 'src/abi'],
    packages: [],
    node: true,
    why: 'files and threads of Node for the lab',
  },
  { area: 'src/index.ts', may: ['src/lab', 'src/lab/node', 'src/abi'], packages: [], node: true, why: 'the library' },
  {
    area: 'src/cli',
    may: [
      'src/index.ts',
      'src/lab',
      'src/lab/node',
      'src/isa',
      'src/image',
      'src/abi',
      'src/cli/files.ts',
      'src/cli/observe.ts',
      'src/cli/daemon',
      'src/cli/container',
      'src/cli/escapes',
      'src/cli/linux',
      'src/cli/wsl',
      'src/machine',
      'src/machine/images',
      'src/machine/node',
    ],
    packages: ['commander', 'wabt'],
    node: true,
    why: 'the command line; isa and image for `disasm`, which needs no machine; machine for snapshots',
  },
  {
    area: 'src/cli/files.ts',
    may: ['src/machine/node', 'src/abi'],
    packages: [],
    node: true,
    why: 'files that options name',
  },
  {
    area: 'src/cli/observe.ts',
    may: ['src/machine', 'src/machine/node', 'src/abi'],
    packages: [],
    node: true,
    why: 'a debugger and a trace, for whatever runs a guest',
  },
  {
    area: 'src/cli/container',
    may: [
      'src/cli/daemon',
      'src/cli/files.ts',
      'src/image',
      'src/machine',
      'src/machine/container',
      'src/machine/images',
      'src/machine/node',
      'src/image',
      'src/abi',
    ],
    packages: ['commander', 'zod'],
    node: true,
    why: 'containers: the background process that holds their kernel, and the commands that speak with it',
  },
  {
    area: 'src/cli/escapes',
    may: [
      'src/abi',
      'src/devices',
      'src/devices/node',
      'src/image',
      'src/linux',
      'src/machine',
      'src/machine/container',
      'src/machine/images',
      'src/machine/node',
    ],
    packages: [],
    node: true,
    why: 'attempts to escape, on every hosting; kernels are looked into to see what an attempt left',
  },
  {
    area: 'src/cli/daemon',
    may: ['src/abi'],
    packages: [],
    node: true,
    why: 'background processes: HTTP on a socket, how they are started and reached',
  },
  {
    area: 'src/cli/linux',
    may: [
      'src/machine',
      'src/machine/node',
      'src/devices',
      'src/devices/node',
      'src/image',
      'src/cli/files.ts',
      'src/abi',
    ],
    packages: [],
    node: true,
    why: 'kernels, and a guest at a terminal: it runs in this thread, where its keys and its files are',
  },
  {
    area: 'src/cli/wsl',
    may: [
      'src/machine',
      'src/devices',
      'src/devices/node',
      'src/image',
      'src/cli/files.ts',
      'src/cli/observe.ts',
      'src/cli/daemon',
      'src/cli/linux',
      'src/abi',
    ],
    packages: [],
    node: true,
    why: 'the light VM’s process in the background, and the way to it',
  },
  {
    area: 'src/dashboard/save.ts',
    may: [],
    packages: [],
    node: false,
    why: 'files for who looks at the page, from whatever part of it',
  },
  {
    area: 'src/dashboard/linux',
    may: ['src/dashboard/save.ts', 'src/machine', 'src/rpc', 'src/abi'],
    packages: ['preact', '@preact/signals', '@xterm/xterm', '@xterm/addon-fit', 'comlink'],
    node: false,
    why: 'the view of a real Linux: its guest runs in a worker, its terminal in the page',
  },
  {
    area: 'src/dashboard',
    may: ['src/lab', 'src/abi', 'src/dashboard/linux', 'src/dashboard/save.ts'],
    packages: ['preact', '@preact/signals', 'uplot'],
    node: false,
    why: 'the page',
  },
  {
    area: 'workers',
    may: ['src/machine', 'src/machine/container', 'src/machine/hostings', 'src/engine', 'src/rpc', 'src/abi'],
    packages: ['comlink'],
    node: false,
    why: 'expose a machine, hold no logic',
  },
  {
    area: 'workers/node',
    may: ['src/machine/hostings', 'src/machine/node', 'src/rpc'],
    packages: [],
    node: true,
    why: 'the same with files of the host',
  },
  {
    area: 'bench',
    may: ['*'],
    packages: ['playwright-core', 'vite'],
    node: true,
    why: 'builds the guests, measures engines',
  },
  { area: 'tests', may: ['*'], packages: ['*'], node: true, why: 'may reach everything' },
];

const isTest = (file: string): boolean => /\.test\.ts$/.test(file) || file.startsWith('tests/');

/** Whether `file` lies in `area` (a folder or a file). */
const within = (file: string, area: string): boolean => file === area || file.startsWith(`${area}/`);

/** The rule that decides for a file: the most specific one. */
export const ruleOf = (file: string): ImportRule | undefined =>
  IMPORT_RULES.filter((r) => within(file, r.area)).sort((a, b) => b.area.length - a.area.length)[0];

/** All TypeScript files of the areas, as paths below the root. */
export function sourceFiles(root: string): string[] {
  const below = (folder: string): string[] =>
    readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : below(path);
      return /\.tsx?$/.test(entry.name) ? [path] : [];
    });
  return ['src', 'workers', 'bench', 'tests'].flatMap(below).sort();
}

/** What a source text imports, static and dynamic, types included. */
export const importsOf = (text: string): string[] =>
  ts.preProcessFile(text, true, true).importedFiles.map((f) => f.fileName);

/** Where a relative import leads, as a path below the root. Queries (`?worker`) are cut off. */
export const targetOf = (file: string, specifier: string): string =>
  posix.normalize(posix.join(dirname(file), specifier.replace(/\?.*$/, '')));

/** What breaks the table: one line a finding, empty where all is well. `read` gives a file's text. */
export function violations(files: readonly string[], read: (file: string) => string): string[] {
  return files
    .filter((file) => !isTest(file))
    .flatMap((file) => {
      const rule = ruleOf(file);
      if (!rule) return [`${file}: lies in no area of the table`];
      return importsOf(read(file)).flatMap((specifier) => {
        if (specifier.startsWith('node:'))
          return rule.node ? [] : [`${file}: ${specifier} does not exist in a browser`];
        if (!specifier.startsWith('.')) {
          const name = specifier
            .split('/')
            .slice(0, specifier.startsWith('@') ? 2 : 1)
            .join('/');
          return rule.packages.includes(name) || rule.packages.includes('*')
            ? []
            : [`${file}: package ${name} is not for ${rule.area}`];
        }
        const target = targetOf(file, specifier);
        // What was built (build/trapframe.wasm, guests) is data, and a test's helper is a test's.
        if (target.startsWith('build/')) return [];
        const area = ruleOf(target)?.area ?? '';
        const allowed = area === rule.area || rule.may.includes(area) || rule.may.includes('*');
        return allowed ? [] : [`${file}: ${rule.area} may not import ${target}`];
      });
    });
}

/** Circles among the files' imports, each as the path around it. */
export function circles(files: readonly string[], read: (file: string) => string): string[] {
  const known = new Set(files);
  const next = new Map(
    files.map((file) => [
      file,
      importsOf(read(file))
        .filter((s) => s.startsWith('.'))
        .map((s) => targetOf(file, s))
        .filter((t) => known.has(t)),
    ]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file);
    if (at >= 0) found.push([...path.slice(at), file].join(' → '));
    if (at >= 0 || done.has(file)) return;
    for (const target of next.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

export const BEGIN = '<!-- import rules: printed by `npm run generate:docs`, do not edit -->';
export const END = '<!-- end of import rules -->';

/** The table for docs/ARCHITECTURE.md. */
export function importRulesMarkdown(): string {
  const list = (names: readonly string[]) =>
    names.includes('*') ? 'any' : names.map((n) => `\`${n}\``).join(', ') || 'nothing';
  const rows = IMPORT_RULES.map(
    (r) =>
      `| \`${r.area}\` | ${list(r.may)} | ${list(r.packages)} | ${r.node ? 'Node only' : 'Node and browser'} | ${r.why} |`,
  );
  return [BEGIN, '| area | may import | packages | runs in | why |', '|---|---|---|---|---|', ...rows, END].join('\n');
}

/** `text` with the table in its place: between the marks, or at the end under a heading of its own. */
export function withImportRules(text: string): string {
  const from = text.indexOf(BEGIN);
  const to = text.indexOf(END);
  if (from >= 0 && to > from) return text.slice(0, from) + importRulesMarkdown() + text.slice(to + END.length);
  return `${text.trimEnd()}\n\n## Who may import whom\n\n${importRulesMarkdown()}\n`;
}

/** The text of a file below `root`. */
export const reader = (root: string) => (file: string) => readFileSync(join(root, file), 'utf8');
