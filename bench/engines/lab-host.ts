/** The lab's own engines, in Node's worker threads or a page's workers. */
import { environmentById } from '../../src/lab/environments.ts';
import { hostInfo } from '../../src/lab/head.ts';
import { planCell, settingsOf, workloadById } from '../../src/lab/plan.ts';
import type { Platform } from '../../src/lab/platform.ts';
import { Runner } from '../../src/lab/runner.ts';
import { ENGINES, type EngineHost } from './engines.ts';

/** RAM of the guest, here and on QEMU. */
export const GUEST_MIB = 64;
/** No single run may take longer. */
export const RUN_DEADLINE_MS = 90_000;

/** What a report says of where it was made. */
export const about = async (platform: Platform) => ({
  trapframe: platform.version,
  coreSha256: (await platform.core()).sha256,
  host: hostInfo(platform),
});
export type About = Awaited<ReturnType<typeof about>>;

/** A host of `native`, `interp` and `jit`; `signal` stops what runs. */
export function labHost(platform: Platform, signal?: AbortSignal): EngineHost {
  const runner = new Runner(platform);
  const settings = settingsOf({ timeoutMs: RUN_DEADLINE_MS }, 1);
  return {
    engines: ['native', 'interp', 'jit'],
    async run({ engine, workload: id, params, counting, lane = 0 }) {
      const { machine } = ENGINES.find((e) => e.id === engine)!;
      const environment = environmentById(machine === null ? 'native' : 'bare');
      const changes = machine === null ? {} : { engine: machine, counting, memory: GUEST_MIB * 2 ** 20 };
      const cell = planCell(workloadById(id), params, environment, { ...settings.config, ...changes });
      const record = await runner.run(cell, lane, settings, signal ? { signal } : {});
      if (record.status !== 'ok') throw new Error(`${id}, ${engine}: ${record.status}: ${record.message}`);
      return {
        ms: record.wallMs,
        checksum: record.checksum!,
        instructions: counting ? (record.counters?.instret ?? null) : null,
      };
    },
    close: () => runner.close(),
  };
}
