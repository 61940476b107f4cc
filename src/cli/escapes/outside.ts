/** The host as an outside: a folder with a secret beside the one that is shared, a process, sockets, a pipe. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { newSecret, type State, secretText } from './world.ts';

const LOCAL = '127.0.0.1';

export class HostOutside {
  readonly secret = newSecret();
  /** Everything below here; nobody is given it but controls. */
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'trapframe-escapes-')));
  /** What is given. */
  readonly share = join(this.folder, 'share');
  /** A root with the program in /bin, and the same in the share. */
  readonly root = join(this.folder, 'root');
  private readonly socket = `trapframe-${newSecret()}`;
  private readonly servers: Server[] = [];
  private process: ChildProcess | null = null;
  private pipe: number | null = null;
  port = 0;

  /** Makes it all; `program` is the attempts' for Linux. */
  static async open(program: string): Promise<HostOutside> {
    const outside = new HostOutside();
    try {
      outside.makeFiles(program);
      await outside.listen();
      outside.process = outside.start();
    } catch (e) {
      await outside.close();
      throw e;
    }
    return outside;
  }

  private makeFiles(program: string): void {
    for (const folder of [this.share, join(this.root, 'bin')]) mkdirSync(folder, { recursive: true });
    for (const name of ['tmp', 'proc', 'sys', 'dev', 'share']) mkdirSync(join(this.root, name));
    for (const folder of [join(this.root, 'bin'), this.share]) copyFileSync(program, join(folder, 'escape'));
    this.writeSecret();
    symlinkSync('../secret', join(this.share, 'link-relative'));
    symlinkSync(join(this.folder, 'secret'), join(this.share, 'link-absolute'));
    symlinkSync('..', join(this.share, 'link-folder'));
    symlinkSync(join(this.folder, 'planted'), join(this.share, 'link-new'));
    const pipe = join(this.share, 'pipe');
    // Hosts without pipes in folders have none to try.
    if (spawnSync('mkfifo', [pipe]).status !== 0) return;
    this.pipe = openSync(pipe, constants.O_RDWR | constants.O_NONBLOCK);
    this.fillPipe();
  }

  /** A reader finds the secret; what nobody has read is taken out before. */
  private fillPipe(): void {
    if (this.pipe === null) return;
    try {
      while (readSync(this.pipe, Buffer.alloc(4096)) > 0);
    } catch (e) {
      if ((e as NodeJS.ErrnoException).code !== 'EAGAIN') throw e;
    }
    writeSync(this.pipe, secretText(this.secret));
  }

  private writeSecret(): void {
    writeFileSync(join(this.folder, 'secret'), secretText(this.secret));
  }

  private async listen(): Promise<void> {
    const places = [
      { host: LOCAL, port: 0 },
      ...(process.platform === 'win32' ? [] : [{ path: join(this.share, 'socket') }]),
      ...(process.platform === 'linux' ? [{ path: `\0${this.socket}` }] : []),
    ];
    for (const place of places) {
      const server = createServer((socket) => socket.on('error', () => {}).end(secretText(this.secret)));
      this.servers.push(server);
      await new Promise<void>((done, reject) => {
        server.once('error', reject);
        server.listen(place, done);
      });
      const at = server.address();
      if (typeof at === 'object' && at) this.port = at.port;
    }
  }

  /** A process of the host that has the secret in its environment and does nothing. */
  private start(): ChildProcess {
    return spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], {
      cwd: this.folder,
      env: { SECRET: secretText(this.secret) },
      stdio: 'ignore',
    });
  }

  /** What attempts are told; the share and the folder above are where they see them. */
  clues(share: string, folder = this.folder): string[] {
    return [
      `share=${share}`,
      `folder=${folder}`,
      `secret=${folder}/secret`,
      ...(folder === this.folder ? [] : [`secret=${this.folder}/secret`]),
      `pid=${this.process?.pid ?? 0}`,
      `socket=${this.socket}`,
      `port=${this.port}`,
      `address=${LOCAL}`,
    ];
  }

  /** `givesRoot`: who tries has the root for its own, with the program in it. */
  state(givesRoot = false): State {
    const name = (path: string): string => join(this.folder, path);
    const hash = (path: string): string =>
      existsSync(name(path))
        ? createHash('sha256')
            .update(readFileSync(name(path)))
            .digest('hex')
            .slice(0, 12)
        : 'gone';
    const setId = existsSync(name('share/set-id')) ? statSync(name('share/set-id')).mode & 0o6000 : 0;
    return {
      'files of the host': readdirSync(this.folder).sort().join(' '),
      'the secret of the host': hash('secret'),
      ...(givesRoot ? {} : { 'the program on the host': hash('root/bin/escape') }),
      'set-user-ID on the host': setId ? 'yes' : 'no',
      'the process of the host': this.process?.exitCode === null && this.process.signalCode === null ? 'runs' : 'ended',
      'the name of the host': hostname(),
    };
  }

  /** As it was before an attempt. */
  restore(): void {
    for (const name of readdirSync(this.folder))
      if (!['root', 'secret', 'share'].includes(name)) rmSync(join(this.folder, name), { recursive: true });
    for (const name of ['own', 'made', 'hard', 'swap', 'swapped', 'set-id', 'planted'])
      rmSync(join(this.share, name), { recursive: true, force: true });
    this.writeSecret();
    this.fillPipe();
    const program = join(this.share, 'escape');
    if (existsSync(program)) copyFileSync(program, join(this.root, 'bin/escape'));
  }

  async close(): Promise<void> {
    this.process?.kill('SIGKILL');
    if (this.pipe !== null) closeSync(this.pipe);
    await Promise.all(this.servers.map((server) => new Promise((done) => server.close(done))));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
