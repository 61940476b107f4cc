/**
 * Several machines at once in one thread, on one clock of their own, so that what they do together depends on nothing else: the one
 * that is behind runs; who sleeps is passed by, until its timer or something from another is due.
 */
import { breathe } from './breathe.ts';
import type { System } from './system.ts';

/** Instructions of a turn: 2 ms of guest time. */
const TURN = 20_000n;
const NEVER = 2n ** 64n - 1n;

interface Member {
  readonly system: System;
  readonly began: bigint;
  /** Ticks passed without it. */
  passed: bigint;
  /** Its time when its timer is due, where it sleeps; null: it can run. */
  due: bigint | null;
}

/** Guest time since the beginning: one tick an instruction, and what was passed. */
const now = ({ system, began, passed }: Member): bigint => system.instret - began + passed;

/** No timer of its own is passed by. */
function passUntil(member: Member, time: bigint): void {
  let ticks = time - now(member);
  if (member.due !== null && time > member.due) ticks = member.due - now(member);
  if (ticks <= 0n) return;
  member.system.pass(ticks);
  member.passed += ticks;
}

/** The one that is next: of those that can run the one behind, else the one whose timer is due first; null: nothing is due. */
function next(members: readonly Member[]): Member | null {
  let best: Member | null = null;
  for (const member of members) {
    const at = member.due ?? now(member);
    if (member.due === NEVER) continue;
    const before = best && (best.due ?? now(best));
    if (before === null || at < before) best = member;
  }
  return best;
}

/** Runs machines of one hart each until `over` says so, one of them ends, or all of them wait for nothing. */
export async function runTogether(systems: readonly System[], over: () => boolean): Promise<void> {
  const members = systems.map((system): Member => ({ system, began: system.instret, passed: 0n, due: null }));
  let turns = 0;
  while (!over()) {
    for (const member of members) {
      if (member.due === null || !member.system.roused) continue;
      // What woke it came from one that is ahead of it.
      for (const other of members) passUntil(member, now(other));
      member.due = null;
    }
    const member = next(members);
    if (!member) {
      // All wait for the host.
      await breathe();
      continue;
    }
    if (member.due !== null) passUntil(member, member.due);
    member.due = null;
    const { state, ticks } = member.system.turn(TURN);
    if (state === 'ended') return;
    if (state === 'idle') member.due = ticks === NEVER ? NEVER : now(member) + ticks;
    if (state === 'attend' || ++turns % 64 === 0) await breathe();
  }
}
