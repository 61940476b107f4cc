/** Seccomp: profiles mean what their rules say, filters are checked, and what they refuse is told. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errnoName, SysError } from '../../src/linux/errno.ts';
import { CALL_NUMBERS } from '../../src/linux/syscalls/numbers.ts';
import { BPF, checkProgram, type Instruction } from '../../src/linux/task/bpf.ts';
import { CAPABILITIES, type Capability } from '../../src/linux/task/credential.ts';
import { ACTION, actionOf, dataOf, SeccompFilter } from '../../src/linux/task/seccomp.ts';
import { capabilities } from '../../src/machine/container/config.ts';
import type { ContainerHost } from '../../src/machine/container/host.ts';
import { compileProfile } from '../../src/machine/container/seccomp.ts';
import { defaultSeccomp } from '../../src/machine/container/seccomp-default.ts';
import { parseSeccomp, securityOf } from '../../src/machine/container/security.ts';
import { SECCOMP_OPERATORS, type SeccompProfile } from '../../src/machine/container/spec.ts';
import { buildTool, openHost, run } from '../support/containers.ts';

let host: ContainerHost;

beforeAll(async () => {
  await buildTool();
  host = await openHost();
}, 600_000);
afterAll(() => host.close());

const NAMES = ['read', 'write', 'openat', 'close', 'mkdirat'] as const;
const NUMBERS = { read: 63, write: 64, openat: 56, close: 57, mkdirat: 34 } as const;

/** Numbers that meet each other, and the edges of the halves. */
const word = fc.constantFrom(0, 1, 2, 0x7fff_ffff, 0xffff_ffff, 2 ** 32, 2 ** 32 + 1, 2 ** 40, 2 ** 52);
const rule = fc.record({
  names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1 }),
  action: fc.constantFrom('SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO', 'SCMP_ACT_LOG', 'SCMP_ACT_KILL_PROCESS'),
  errnoRet: fc.integer({ min: 1, max: 99 }),
  args: fc.array(
    fc.record({ index: fc.nat(5), value: word, valueTwo: word, op: fc.constantFrom(...SECCOMP_OPERATORS) }),
    { maxLength: 3 },
  ),
});
const profile = fc.record({
  defaultAction: fc.constantFrom('SCMP_ACT_ALLOW', 'SCMP_ACT_ERRNO'),
  architectures: fc.constant([] as string[]),
  syscalls: fc.array(rule, { maxLength: 6 }),
});

function holds(
  { op, value, valueTwo }: { op: string; value: number; valueTwo?: number | undefined },
  x: bigint,
): boolean {
  const v = BigInt(value);
  switch (op) {
    case 'SCMP_CMP_NE':
      return x !== v;
    case 'SCMP_CMP_LT':
      return x < v;
    case 'SCMP_CMP_LE':
      return x <= v;
    case 'SCMP_CMP_EQ':
      return x === v;
    case 'SCMP_CMP_GE':
      return x >= v;
    case 'SCMP_CMP_GT':
      return x > v;
    default:
      return (x & v) === BigInt(valueTwo ?? 0);
  }
}

/** What a profile says, read as a person would. */
function meaning(p: SeccompProfile, name: string, args: readonly bigint[]): number {
  const values: Record<string, number> = {
    SCMP_ACT_ALLOW: ACTION.ALLOW,
    SCMP_ACT_LOG: ACTION.LOG,
    SCMP_ACT_KILL_PROCESS: ACTION.KILL_PROCESS,
  };
  for (const r of p.syscalls)
    if (r.names.includes(name) && (r.args ?? []).every((a) => holds(a, args[a.index]!)))
      return values[r.action] ?? ACTION.ERRNO + (r.errnoRet ?? 1);
  return values[p.defaultAction] ?? ACTION.ERRNO + 1;
}

describe('a profile', () => {
  it('means, compiled, what its rules say', () => {
    const args = fc.array(word, { minLength: 6, maxLength: 6 });
    fc.assert(
      fc.property(profile, fc.constantFrom(...NAMES), args, (p, name, values) => {
        const filter = new SeccompFilter(null, compileProfile(p as SeccompProfile));
        const x = new Uint32Array(64);
        values.forEach((value, i) => {
          x[20 + i * 2] = value % 2 ** 32;
          x[21 + i * 2] = Math.floor(value / 2 ** 32);
        });
        const wanted = meaning(p as SeccompProfile, name, values.map(BigInt));
        expect(filter.judge(NUMBERS[name], 0x1000, x)).toBe(wanted);
        // Once more, as verdicts are kept.
        expect(filter.judge(NUMBERS[name], 0x1000, x)).toBe(wanted);
      }),
      { numRuns: 400 },
    );
  });

  it('of Docker’s form keeps the rules whose conditions the container meets', () => {
    const text = JSON.stringify({
      defaultAction: 'SCMP_ACT_ERRNO',
      syscalls: [
        { names: ['read'], action: 'SCMP_ACT_ALLOW' },
        { names: ['mount'], action: 'SCMP_ACT_ALLOW', includes: { caps: ['CAP_SYS_ADMIN'] } },
        { names: ['clone'], action: 'SCMP_ACT_ALLOW', excludes: { caps: ['CAP_SYS_ADMIN'] } },
        { names: ['personality'], action: 'SCMP_ACT_ALLOW', includes: { arches: ['s390x'] } },
      ],
    });
    const names = (caps: readonly string[]) => parseSeccomp(text, caps).syscalls.map((r) => r.names[0]);
    expect(names([])).toEqual(['read', 'clone']);
    expect(names(['sys_admin'])).toEqual(['read', 'mount']);
    expect(() => parseSeccomp('{"defaultAction": "SCMP_ACT_MAYBE"}', [])).toThrow('defaultAction');
    expect(() => parseSeccomp('{', [])).toThrow('this is no JSON');
  });
});

describe('the default profile', () => {
  const capabilityNames = (profile: SeccompProfile): string[] => profile.syscalls.flatMap((r) => r.names);
  const filterOf = (caps: readonly Capability[]) => new SeccompFilter(null, compileProfile(defaultSeccomp(caps)));
  const ask = (filter: SeccompFilter, name: string, first = 0): string => {
    const x = new Uint32Array(64);
    x[20] = first;
    const verdict = filter.judge(CALL_NUMBERS.get(name)!, 0, x);
    return actionOf(verdict) === ACTION.ALLOW ? 'served' : errnoName(dataOf(verdict));
  };

  it('names calls that there are, by the numbers of the kernel’s own table', () => {
    for (const name of capabilityNames(defaultSeccomp(CAPABILITIES)))
      expect(CALL_NUMBERS.get(name), name).toBeDefined();
    for (const { name, number } of host.system.table.values())
      expect([name, CALL_NUMBERS.get(name)]).toEqual([name, number]);
  });

  it('refuses what Docker’s refuses, and lets capabilities open what they are for', () => {
    const plain = filterOf(capabilities({ capAdd: [], capDrop: [], privileged: false }));
    const refused =
      'mount umount2 pivot_root unshare setns keyctl add_key request_key bpf perf_event_open userfaultfd reboot swapon';
    for (const name of `${refused} init_module kexec_load clock_settime io_uring_setup acct syslog open_by_handle_at move_pages`.split(
      ' ',
    ))
      expect([name, ask(plain, name)]).toEqual([name, 'EPERM']);
    for (const name of 'read write openat execve futex mmap ptrace chroot kill mknodat setuid seccomp'.split(' '))
      expect([name, ask(plain, name)]).toEqual([name, 'served']);
    // Flags of clone(2), families of sockets, personalities; clone3 falls back.
    expect([ask(plain, 'clone', 17), ask(plain, 'clone', 0x1000_0011), ask(plain, 'clone3')]).toEqual([
      'served',
      'EPERM',
      'ENOSYS',
    ]);
    expect([ask(plain, 'socket', 2), ask(plain, 'socket', 40)]).toEqual(['served', 'EPERM']);
    expect([ask(plain, 'personality', 8), ask(plain, 'personality', 0x40000)]).toEqual(['served', 'EPERM']);
    const admin = filterOf(['sys_admin']);
    expect(['mount', 'unshare', 'clone3', 'bpf', 'chroot'].map((name) => ask(admin, name))).toEqual([
      ...['served', 'served', 'served', 'served'],
      'EPERM',
    ]);
    expect(ask(admin, 'clone', 0x1000_0011)).toBe('served');
    expect(ask(filterOf(['sys_boot', 'sys_time']), 'reboot')).toBe('served');
  });

  it('is what a container has that says nothing, and none where it is privileged or unconfined', () => {
    const of = (options: readonly string[], privileged = false) => securityOf(options, ['chown'], privileged);
    expect(of([]).seccomp).toEqual(defaultSeccomp(['chown']));
    expect(of(['seccomp=builtin'], true).seccomp).toEqual(defaultSeccomp(['chown']));
    for (const none of [of([], true), of(['seccomp=unconfined']), of(['seccomp:unconfined'])])
      expect(none.seccomp).toBeNull();
    expect([of([]).openPaths, of(['systempaths=unconfined']).openPaths, of([], true).openPaths]).toEqual([
      false,
      true,
      true,
    ]);
    expect(of(['no-new-privileges', 'apparmor=unconfined', 'label=disable']).noNewPrivileges).toBe(true);
    expect(() => of(['apparmor=mine'])).toThrow('there is no “apparmor=mine”');
  });
});

describe('a filter', () => {
  it('that could leave its program is refused', () => {
    const bad: Instruction[][] = [
      [],
      [{ code: BPF.LOAD, jt: 0, jf: 0, k: 0 }],
      [
        { code: BPF.LOAD, jt: 0, jf: 0, k: 64 },
        { code: BPF.RET, jt: 0, jf: 0, k: 0 },
      ],
      [
        { code: BPF.LOAD, jt: 0, jf: 0, k: 2 },
        { code: BPF.RET, jt: 0, jf: 0, k: 0 },
      ],
      [
        { code: BPF.JEQ, jt: 1, jf: 0, k: 0 },
        { code: BPF.RET, jt: 0, jf: 0, k: 0 },
      ],
      [
        { code: BPF.JA, jt: 0, jf: 0, k: 0xffff_ffff },
        { code: BPF.RET, jt: 0, jf: 0, k: 0 },
      ],
      [
        { code: 0x34, jt: 0, jf: 0, k: 0 },
        { code: BPF.RET, jt: 0, jf: 0, k: 0 },
      ],
      [
        { code: 0x28, jt: 0, jf: 0, k: 0 },
        { code: BPF.RET, jt: 0, jf: 0, k: 0 },
      ],
    ];
    for (const program of bad)
      expect(() => checkProgram(program)).toThrow(expect.objectContaining({ code: 22 }) as SysError);
  });

  it('ends whatever a hostile one does', () => {
    const instruction = fc.record({
      code: fc.nat(255),
      jt: fc.nat(8),
      jf: fc.nat(8),
      k: fc.oneof(fc.nat(80), fc.constant(0xffff_ffff)),
    });
    let ran = 0;
    fc.assert(
      fc.property(fc.array(instruction, { minLength: 1, maxLength: 12 }), (program) => {
        let filter: SeccompFilter;
        try {
          filter = new SeccompFilter(null, [...program, { code: BPF.RET, jt: 0, jf: 0, k: ACTION.ALLOW }]);
        } catch (e) {
          expect(e).toBeInstanceOf(SysError);
          return;
        }
        ran++;
        expect(actionOf(filter.judge(1, 0, new Uint32Array(64)))).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 3000 },
    );
    expect(ran).toBeGreaterThan(20);
  });
});

describe('in a container', () => {
  const rules = (syscalls: SeccompProfile['syscalls']): SeccompProfile => ({
    defaultAction: 'SCMP_ACT_ALLOW',
    architectures: [],
    syscalls,
  });
  const messages = (): string[] => host.system.kernel.messages.map((line) => line.replace(/^\[.*?\] /, ''));

  it('calls fail with the number of the rule, as their arguments say', async () => {
    const seccomp = rules([
      { names: ['mkdirat'], action: 'SCMP_ACT_ERRNO', errnoRet: 95 },
      { names: ['kill'], action: 'SCMP_ACT_ERRNO', args: [{ index: 1, value: 9, op: 'SCMP_CMP_EQ' }] },
    ]);
    const { output } = await run(host, ['mkdir', '/x', 'kill', '1', '9', 'kill', '1', '0', 'child', 'mkdir', '/y'], {
      seccomp,
    });
    expect(output).toBe('mkdir Not supported\nkill Operation not permitted\nkill ok\nmkdir Not supported\n');
  });

  it('a call that kills ends its process with SIGSYS, and one that is logged goes on', async () => {
    const killed = await run(host, ['say', 'first', 'mkdir', '/x', 'say', 'never'], {
      seccomp: rules([{ names: ['mkdirat'], action: 'SCMP_ACT_KILL_PROCESS' }]),
    });
    expect(killed).toMatchObject({ output: 'first\n', code: 159, signal: 31 });
    expect(messages().at(-1)).toMatch(
      /^audit: type=1326 .* uid=0 gid=0 .* comm="tool" exe="\/bin\/tool" sig=31 arch=c00000f3 syscall=34 compat=0 ip=0x[0-9a-f]+ code=0x80000000$/,
    );
    const logged = await run(host, ['mkdir', '/x'], {
      seccomp: rules([{ names: ['mkdirat'], action: 'SCMP_ACT_LOG' }]),
    });
    expect(logged.output).toBe('mkdir ok\n');
    expect(messages().at(-1)).toMatch(/sig=0 .* syscall=34 .* code=0x7ffc0000$/);
  });

  it('programs put filters on themselves that they can’t take off', async () => {
    const { output, signal } = await run(
      host,
      [
        'deny',
        '34',
        '13',
        'mkdir',
        '/x',
        'deny',
        '34',
        '5',
        'mkdir',
        '/x',
        'nnp',
        'setuid',
        '1000',
        'deny',
        '93',
        '-1',
        'strict',
        'say',
        'still',
        'mkdir',
        '/x',
      ],
      {
        capAdd: ['sys_admin'],
      },
    );
    expect(output).toBe(
      'deny ok\nmkdir Permission denied\ndeny ok\nmkdir I/O error\nok\nsetuid ok\ndeny ok\nstrict Invalid argument\nstill\nmkdir I/O error\n',
    );
    expect(signal).toBe(0);
    const without = await run(host, ['deny', '34', '13']);
    expect(without.output).toBe('deny Permission denied\n');
    const strict = await run(host, ['strict', 'mkdir', '/x']);
    expect(strict).toMatchObject({ output: 'strict ok\n', signal: 9 });
  });
});
