/** Where a result comes from, as lines of text: everything a reader needs to repeat it. */
import type { LawsResult, Result, SweepResult } from '../../abi/result.ts';
import { formatCount } from './format.ts';

/** How a result was made, a line a fact. */
export function provenance(result: Result | SweepResult | LawsResult): string[] {
  const { host } = result;
  const v8 = host.v8 === null ? '' : `, V8 ${host.v8}`;
  const lines = [
    `Trapframe ${result.trapframe}, ${result.schema}, ${result.created}`,
    `machine (trapframe.wasm) SHA-256 ${result.coreSha256}`,
    `host: ${host.runtime === 'node' ? 'Node' : ''} ${host.version}${v8}, ${host.platform}, ${host.cpu ?? 'processor unknown'}, ${host.cores} cores`
      .replace(': ', ': ')
      .replace(/ {2,}/g, ' '),
    `clock resolution ${(host.clockResolutionMs * 1e6).toFixed(0)} ns, measured before the run`,
  ];
  if ('profile' in result)
    lines.push(`cost profile ${result.profile.name}: ${result.profile.summary}`, `seed ${result.seed}`);
  if (result.schema === 'trapframe.result/1') {
    const { repeat, warmup, parallel } = result.experiment;
    lines.push(
      `engine interp: RISC-V interpreted by WebAssembly; jit: hot code translated to WebAssembly; native: the workload compiled straight to WebAssembly`,
      `${formatCount(repeat)} wall-time samples a cell after ${formatCount(warmup)} warm-up runs, one at a time in interleaved order; counts ${parallel} at a time`,
      'wall time is the median, its 95 % interval a percentile bootstrap',
      ...imageLines(result),
    );
  }
  return lines;
}

function imageLines(result: Result): string[] {
  const images = new Map<string, string[]>();
  for (const { id, image } of result.experiment.environments) {
    if (image === 'native') continue;
    const sha256 = result.cells.find((cell) => cell.environment === id)?.imageSha256;
    if (sha256) images.set(sha256, [...(images.get(sha256) ?? []), id]);
  }
  return [...images].map(([sha256, ids]) => `guest image SHA-256 ${sha256}: ${ids.join(', ')}`);
}
