// Set-up: whatever a fresh clone lacks and whatever is out of date, and nothing else. Only `node:` modules, because
// this runs before `npm ci`. Each step has a stamp (hash of its inputs) in build/stamps; a step whose stamp fits is
// skipped. Steps that do not wait for each other run side by side.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodeProblem } from './node-version.mjs';

/** A step that takes longer than this is stopped. */
const STEP_DEADLINE_MS = 10 * 60_000;
/** How long another set-up in the same checkout is waited for. */
const LOCK_DEADLINE_MS = 15 * 60_000;

const npmCli = process.env.npm_execpath?.endsWith('.js') ? [process.execPath, process.env.npm_execpath] : ['npm'];

/**
 * The steps, in order. `inputs` are files and folders below the root (a missing one counts as empty), `ignore` a
 * pattern of paths that do not matter, `outputs` must exist afterwards, `needs` are the steps to wait for.
 */
export const STEPS = [
  {
    id: 'packages',
    say: 'installing packages',
    isFresh: packagesAreInstalled,
    // NODE_ENV=production would leave the compilers out.
    command: [...npmCli, 'ci', '--include=dev', '--no-audit', '--no-fund'],
    outputs: ['node_modules/.package-lock.json'],
    advice: 'needs the network once; run `npm ci` by hand to see more',
  },
  {
    id: 'typescript',
    say: 'compiling TypeScript',
    needs: ['packages'],
    inputs: ['src', 'workers', 'bench', 'tests', 'tsconfig.json', 'package-lock.json'],
    ignore: /\.(c|h|S|s|ld|md|css|html|tsx)$|\.test\.ts$|^src\/dashboard\//,
    command: [process.execPath, 'src/cli/compile.mjs'],
    outputs: ['dist/src/index.js', 'dist/cli/main.js', 'dist/cli/wsl-server.js', 'dist/cli/fast.js'],
    advice: 'run `npm run typecheck`',
  },
  {
    id: 'wasm',
    say: 'compiling the machine to WebAssembly',
    needs: ['packages'],
    inputs: ['assembly', 'asconfig.json', 'package-lock.json'],
    command: [
      process.execPath,
      'node_modules/assemblyscript/bin/asc.js',
      '--config',
      'asconfig.json',
      '--target',
      'release',
    ],
    outputs: ['build/trapframe.wasm'],
    advice: 'see the messages of the AssemblyScript compiler above',
  },
  {
    id: 'guests',
    say: 'building the guest kernel and the workloads',
    needs: ['typescript'],
    inputs: ['bench', 'src/abi', 'package-lock.json'],
    ignore: /\.(test\.ts|md)$/,
    command: [process.execPath, 'dist/bench/build.js'],
    outputs: ['build/guests/manifest.json'],
    advice: 'see the messages of the C compiler above',
  },
];

/** Whether node_modules holds what package-lock.json asks for (npm's own record of it, compared by content). */
function packagesAreInstalled(root) {
  try {
    const read = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;
    const wanted = read('package-lock.json');
    const have = read('node_modules/.package-lock.json');
    return Object.entries(wanted).every(([path, row]) => {
      if (path === '') return true;
      const found = have[path];
      // Packages of other platforms are optional and rightly missing.
      return found ? found.version === row.version && found.integrity === row.integrity : Boolean(row.optional);
    });
  } catch {
    return false;
  }
}

function* filesBelow(path, relative) {
  let stat;
  try {
    stat = statSync(path);
  } catch {
    return;
  }
  if (stat.isFile()) yield relative;
  if (!stat.isDirectory()) return;
  for (const name of readdirSync(path).sort()) {
    if (name !== 'node_modules' && !name.startsWith('.')) yield* filesBelow(join(path, name), `${relative}/${name}`);
  }
}

/** SHA-256 over the names and bytes of a step's inputs and over its command. */
export function inputHash(root, step) {
  const hash = createHash('sha256');
  hash.update(JSON.stringify([process.versions.node.split('.')[0], step.command.slice(1)]));
  for (const input of step.inputs ?? []) {
    for (const file of filesBelow(join(root, input), input)) {
      if (step.ignore?.test(file)) continue;
      const bytes = readFileSync(join(root, file));
      hash.update(`${file}\0${bytes.length}\0`).update(bytes);
    }
  }
  return hash.digest('hex');
}

const stampOf = (root, step) => join(root, 'build/stamps', step.id);

/** Whether a step has nothing to do. */
export function isFresh(root, step) {
  if (!step.outputs.every((file) => existsSync(join(root, file)))) return false;
  if (step.isFresh) return step.isFresh(root);
  try {
    return readFileSync(stampOf(root, step), 'utf8') === inputHash(root, step);
  } catch {
    return false;
  }
}

/** The first and the last lines of a long text: tools say what is wrong at either end. */
function excerpt(text, lines = 25) {
  const all = text.trim().split('\n');
  return (all.length <= 2 * lines ? all : [...all.slice(0, lines), '…', ...all.slice(-lines)]).join('\n');
}

/** Runs one command, its output kept and shown only when it fails. Rejects with the last lines of it. */
function runCommand(root, step, children) {
  return new Promise((done, fail) => {
    const [command, ...args] = step.command;
    const child = spawn(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command === 'npm',
    });
    children.add(child);
    let output = '';
    const keep = (chunk) => {
      output = (output + chunk).slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    const timer = setTimeout(() => {
      output += `\nstopped: longer than ${STEP_DEADLINE_MS / 60_000} minutes`;
      child.kill('SIGKILL');
    }, STEP_DEADLINE_MS);
    const end = (error) => {
      clearTimeout(timer);
      children.delete(child);
      if (error) fail(Object.assign(new Error(error), { output: excerpt(output) }));
      else done();
    };
    child.on('error', (e) => end(`${command} could not be started: ${e.message}`));
    child.on('close', (code, signal) => end(code === 0 ? null : `ended with ${signal ?? `exit code ${code}`}`));
  });
}

const isAlive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return e.code === 'EPERM';
  }
};

/**
 * One set-up at a time in a checkout: takes build/.setup.lock, waiting while its holder lives. Returns the release.
 * Rejects after `deadline` milliseconds.
 */
export async function takeLock(root, log, deadline = LOCK_DEADLINE_MS) {
  const file = join(root, 'build/.setup.lock');
  mkdirSync(dirname(file), { recursive: true });
  const start = Date.now();
  for (let told = false; ; ) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      const release = () => rmSync(file, { force: true });
      process.once('exit', release);
      return () => {
        process.off('exit', release);
        release();
      };
    } catch (e) {
      if (e.code !== 'EEXIST') throw e;
    }
    let holder = Number.NaN;
    let age = 0;
    try {
      holder = Number(readFileSync(file, 'utf8'));
      age = Date.now() - statSync(file).mtimeMs;
    } catch {
      continue; // released in between
    }
    // An empty file is one whose writer is between creating and writing it; give it a second.
    const dead = holder > 0 ? !isAlive(holder) : age > 1000;
    if (dead) {
      rmSync(file, { force: true });
      continue;
    }
    if (Date.now() - start > deadline) {
      throw new Error(
        `another set-up (process ${holder}) has held ${file} for ${Math.round(deadline / 1000)} s; end it or delete the file`,
      );
    }
    if (!told) log(`waiting for another set-up (process ${holder}) in this checkout`);
    told = true;
    await new Promise((wake) => setTimeout(wake, 100));
  }
}

/** Runs the stale steps of `steps`. Resolves to whether all is in place; says on stderr what it does. */
export async function setUp(root, { steps = STEPS, log = (line) => console.error(`set-up: ${line}`) } = {}) {
  // The usual case, decided without the lock.
  if (steps.every((step) => isFresh(root, step))) return true;
  const children = new Set();
  // However this process ends, its compilers end with it.
  const killAll = () => {
    for (const child of children) child.kill('SIGTERM');
  };
  const interrupt = () => process.exit(130);
  process.once('exit', killAll);
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  let release;
  try {
    release = await takeLock(root, log);
    const runs = new Map();
    let failed = false;
    const runStep = async (step) => {
      if (isFresh(root, step)) return true;
      const start = Date.now();
      log(`${step.say} …`);
      const stamp = stampOf(root, step);
      mkdirSync(dirname(stamp), { recursive: true });
      rmSync(stamp, { force: true });
      // Hashed before the run: a file that changes meanwhile makes the step stale again.
      const hash = inputHash(root, step);
      try {
        await runCommand(root, step, children);
        const missing = step.outputs.find((file) => !existsSync(join(root, file)));
        if (missing) throw new Error(`did not make ${missing}`);
        writeFileSync(stamp, hash);
        log(`${step.say}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
        return true;
      } catch (e) {
        failed = true;
        if (e.output) console.error(e.output);
        log(
          `${step.say} failed: ${e.message}\n  command: ${[basename(step.command[0]), ...step.command.slice(1)].join(' ')}\n  advice: ${step.advice ?? 'none'}`,
        );
        return false;
      }
    };
    for (const step of steps) {
      const before = (step.needs ?? []).map((id) => runs.get(id) ?? true);
      runs.set(
        step.id,
        Promise.all(before).then(async (oks) => !oks.includes(false) && (await runStep(step))),
      );
    }
    await Promise.all(runs.values());
    return !failed;
  } catch (e) {
    log(e.message);
    return false;
  } finally {
    release?.();
    process.off('exit', killAll);
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

// As a program: all steps, or those named.
const isMain = process.argv[1] && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url));
if (isMain) {
  const named = process.argv.slice(2);
  const steps = STEPS.filter((step) => named.length === 0 || named.includes(step.id));
  const unknown = named.find((id) => !STEPS.some((step) => step.id === id));
  const problem = nodeProblem();
  if (problem) console.error(problem);
  if (unknown) console.error(`set-up: unknown step ${unknown}; known: ${STEPS.map((step) => step.id).join(', ')}`);
  const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
  process.exitCode = unknown ? 2 : !problem && (await setUp(root, { steps })) ? 0 : 3;
}
