/** Debian’s docker-registry, on a port of this machine that is free, with a folder of its own. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const hasProgram = (name: string): boolean => spawnSync(name, ['--version']).status === 0;

const START_MS = 10_000;

/** Who is let in where `auth` is given: `pass:word`, by bcrypt. */
export const PERSON = { username: 'ann', password: 'pass:word' } as const;
const HTPASSWD = 'ann:$2b$04$XF1wUG3jMUi87pEekeX6s.bc/B9Tm/iTvxhqFdhR7ZoREnc4yFJsi\n';

export class DebianRegistry {
  readonly host: string;
  private readonly child: ChildProcess;
  private readonly folder: string;

  private constructor(host: string, child: ChildProcess, folder: string) {
    this.host = host;
    this.child = child;
    this.folder = folder;
  }

  /** `auth`: `basic` asks for PERSON’s password; else the lines of its configuration. */
  static async start(auth: 'none' | 'basic' | ((folder: string) => string) = 'none'): Promise<DebianRegistry> {
    const folder = mkdtempSync(join(tmpdir(), 'trapframe-registry-'));
    const config = join(folder, 'config.yml');
    writeFileSync(join(folder, 'htpasswd'), HTPASSWD);
    const lines = {
      none: () => '',
      basic: () => `auth:\n  htpasswd:\n    realm: test\n    path: ${join(folder, 'htpasswd')}\n`,
    };
    writeFileSync(
      config,
      `version: 0.1\nlog:\n  level: info\nstorage:\n  filesystem:\n    rootdirectory: ${join(folder, 'data')}\n` +
        `http:\n  addr: 127.0.0.1:0\n${(typeof auth === 'string' ? lines[auth] : auth)(folder)}`,
    );
    const child = spawn('docker-registry', ['serve', config], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (part: Buffer) => {
      said += part.toString();
    });
    const end = Date.now() + START_MS;
    for (;;) {
      const host = /listening on (127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (host) return new DebianRegistry(host, child, folder);
      if (child.exitCode !== null || Date.now() > end) {
        child.kill();
        throw new Error(`docker-registry did not start:\n${said}`);
      }
      await sleep(10);
    }
  }

  stop(): void {
    this.child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true });
  }
}
