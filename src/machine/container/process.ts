/** What config.json says of a process, put on a task that is being made: who it is, what it may do, its limits. */
import { InputError } from '../../abi/errors.ts';
import { ALL_CAPABILITIES, type Capability, Credential, capabilityBit } from '../../linux/task/credential.ts';
import type { Task } from '../../linux/task/task.ts';
import { RLIMITS, UNLIMITED } from '../../linux/uapi.ts';
import type { SpecProcess } from './spec.ts';

const setOf = (names: readonly Capability[]): bigint => names.reduce((set, name) => set | capabilityBit(name), 0n);

/** Numbers this large mean no limit (RLIM_INFINITY, as JSON's numbers can hold it). */
const ENDLESS = 2 ** 53;

export function prepareProcess(
  task: Task,
  { user, capabilities, rlimits, noNewPrivileges, oomScoreAdj }: SpecProcess,
): void {
  const own = task.namespaces.user;
  const credential = new Credential(own);
  const [uid, gid] = [own.uids.toKernel(user.uid), own.gids.toKernel(user.gid)];
  if (uid < 0 || gid < 0)
    throw new InputError(`process.user: ${user.uid}:${user.gid} is in no mapping of linux.uidMappings and gidMappings`);
  Object.assign(credential, { uid, euid: uid, suid: uid, fsuid: uid, gid, egid: gid, sgid: gid, fsgid: gid });
  credential.groups = user.additionalGids.map((id) => own.gids.toKernel(id)).filter((id) => id >= 0);
  credential.noNewPrivileges = noNewPrivileges;
  const sets = capabilities ?? { bounding: [], effective: [], inheritable: [], permitted: [], ambient: [] };
  credential.bounding = setOf(sets.bounding) & ALL_CAPABILITIES;
  credential.permitted = setOf(sets.permitted);
  credential.effective = setOf(sets.effective) & credential.permitted;
  credential.inheritable = setOf(sets.inheritable);
  credential.ambient = setOf(sets.ambient) & credential.permitted & credential.inheritable;
  task.credential = credential;
  const { process } = task;
  if (user.umask !== undefined) process.place.umask = user.umask;
  if (oomScoreAdj !== undefined) process.oomScoreAdj = oomScoreAdj;
  for (const { type, soft, hard } of rlimits) {
    const which = RLIMITS.findIndex((r) => r.name === type);
    const limit = (n: number): number => (n >= ENDLESS ? UNLIMITED : n);
    process.limits[which] = { soft: limit(soft), hard: limit(hard) };
  }
}
