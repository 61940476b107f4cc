/** Debian’s docker-registry, on a port of this machine that is free, with a folder of its own. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Socket,
  type Server as TcpServer,
} from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export const hasProgram = (name: string, how = '--version'): boolean => spawnSync(name, [how]).status === 0;

const START_MS = 10_000;

/** Who is let in. */
export const PERSON = { username: 'ann', password: 'pass:word' } as const;
/** The same by bcrypt. */
const HTPASSWD = 'ann:$2b$04$XF1wUG3jMUi87pEekeX6s.bc/B9Tm/iTvxhqFdhR7ZoREnc4yFJsi\n';

/** Further lines of its configuration, given a folder for files they name. */
export type Settings = (folder: string) => { readonly auth?: object; readonly tls?: object };

export const byPassword: Settings = (folder) => {
  const path = join(folder, 'htpasswd');
  writeFileSync(path, HTPASSWD);
  return { auth: { htpasswd: { realm: 'test', path } } };
};

export class DebianRegistry {
  readonly host: string;
  private readonly child: ChildProcess;
  private readonly folder: string;

  private constructor(host: string, child: ChildProcess, folder: string) {
    this.host = host;
    this.child = child;
    this.folder = folder;
  }

  static async start(settings: Settings = () => ({})): Promise<DebianRegistry> {
    const folder = mkdtempSync(join(tmpdir(), 'trapframe-registry-'));
    const config = join(folder, 'config.yml');
    const { auth, tls } = settings(folder);
    // JSON is YAML.
    const document = {
      version: 0.1,
      log: { level: 'info' },
      storage: { filesystem: { rootdirectory: join(folder, 'data') } },
      http: { addr: '127.0.0.1:0', tls },
      auth,
    };
    writeFileSync(config, JSON.stringify(document));
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

/** A registry that speaks HTTPS with a certificate nobody knows, and wants tokens of a server that knows PERSON and lets others only read. */
export class TokenRegistry {
  readonly host: string;
  /** The certificate, for those who shall trust it. */
  readonly certificate: string;
  private readonly registry: DebianRegistry;
  private readonly tokens: Server;
  private readonly folder: string;

  private constructor(registry: DebianRegistry, tokens: Server, folder: string) {
    this.registry = registry;
    this.host = registry.host;
    this.tokens = tokens;
    this.folder = folder;
    this.certificate = join(folder, 'cert.pem');
  }

  static async start(): Promise<TokenRegistry> {
    const folder = mkdtempSync(join(tmpdir(), 'trapframe-tokens-'));
    const [certificate, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    const about = ['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2', '-nodes'];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', ...about];
    execFileSync('openssl', [...made, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const tokens = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://x');
      const [name, ...word] = Buffer.from(request.headers.authorization?.slice(6) ?? '', 'base64')
        .toString()
        .split(':');
      const known = name === PERSON.username && word.join(':') === PERSON.password;
      if (name && !known) return void response.writeHead(401).end();
      const access = url.searchParams.getAll('scope').map((scope) => {
        const [type, name, actions = ''] = scope.split(':');
        return { type, name, actions: actions.split(',').filter((action) => known || action === 'pull') };
      });
      response.end(
        JSON.stringify({ token: token(access, readFileSync(key, 'utf8'), readFileSync(certificate, 'utf8')) }),
      );
    });
    await new Promise<void>((go) => tokens.listen(0, '127.0.0.1', go));
    const realm = `http://127.0.0.1:${(tokens.address() as AddressInfo).port}/`;
    const registry = await DebianRegistry.start(() => ({
      auth: { token: { realm, service: SERVICE, issuer: ISSUER, rootcertbundle: certificate } },
      tls: { certificate, key },
    }));
    return new TokenRegistry(registry, tokens, folder);
  }

  stop(): void {
    this.registry.stop();
    this.tokens.close();
    this.tokens.closeAllConnections();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const SERVICE = 'the registry';
const ISSUER = 'the issuer';
const TOKEN_SECONDS = 300;

/** A JSON web token as distribution wants it (docs/spec/auth/jwt.md there). */
function token(access: readonly object[], key: string, certificate: string): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const x5c = [certificate.replace(/-----[^-]+-----|\s/g, '')];
  const times = { iat: now, nbf: now - 5, exp: now + TOKEN_SECONDS };
  const claims = { iss: ISSUER, sub: '', aud: SERVICE, jti: 'x', ...times, access };
  const text = `${part({ typ: 'JWT', alg: 'ES256', x5c })}.${part(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

/** A way to a host on which so many connections break, each after so many bytes in one of its directions. */
export class Breaking {
  /** Connections that still break. */
  left: number;
  private readonly server: TcpServer;
  private readonly open = new Set<Socket>();

  private constructor(to: string, connections: number, bytes: number) {
    this.left = connections;
    const [host, port] = to.split(':');
    this.server = createTcpServer((here) => {
      const there = connect(Number(port), host);
      let passed = 0;
      const pass = (from: Socket, into: Socket): void => {
        this.open.add(from);
        from.on('data', (part: Buffer) => {
          passed += part.length;
          into.write(part);
          if (passed <= bytes || this.left === 0) return;
          this.left--;
          for (const socket of [here, there]) socket.destroy();
        });
        from.on('error', () => {}).on('end', () => into.end());
        from.on('close', () => this.open.delete(from));
      };
      pass(here, there);
      pass(there, here);
    });
  }

  static async start(to: string, connections: number, bytes: number): Promise<Breaking> {
    const proxy = new Breaking(to, connections, bytes);
    await new Promise<void>((go) => proxy.server.listen(0, '127.0.0.1', go));
    return proxy;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    for (const socket of this.open) socket.destroy();
  }
}
