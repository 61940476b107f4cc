#!/usr/bin/env node
// The command `trapframe`. Plain JavaScript, because it has to run before anything is compiled: it checks the Node
// version, brings the build up to date, and hands over to the compiled command line.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { nodeProblem } from './node-version.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

// Until the command line takes over, Ctrl-C ends at once with the same code as later.
const interrupted = () => process.exit(130);
process.on('SIGINT', interrupted);

const problem = nodeProblem();
if (problem) {
  console.error(problem);
  process.exit(3);
}

// A command to a light VM that runs needs neither set-up nor the rest of the command line: it has milliseconds.
const fast = join(root, 'dist/cli/fast.js');
if (process.argv[2] === 'wsl' && existsSync(fast)) {
  process.off('SIGINT', interrupted);
  const { runFast } = await import(pathToFileURL(fast).href);
  const code = await runFast(process.argv.slice(3));
  if (code !== null) process.exit(code);
  process.on('SIGINT', interrupted);
}

// TRAPFRAME_NO_SETUP=1 runs what was built last, for scripts that have set up before and start many commands.
if (process.env.TRAPFRAME_NO_SETUP !== '1' && !(await (await import('./setup.mjs')).setUp(root))) process.exit(3);

const main = join(root, 'dist/cli/main.js');
if (!existsSync(main)) {
  console.error(`trapframe is not built (${main} is missing): run \`npm run setup\`.`);
  process.exit(3);
}
const { main: run } = await import(pathToFileURL(main).href);
process.off('SIGINT', interrupted);
process.exitCode = await run(process.argv.slice(2), root);
