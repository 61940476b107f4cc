/** The dashboard in a real browser, and that it counts what Node counts. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Result, resultSchema, sweepSchema } from '../src/abi/result.ts';
import { CHROMIUM, compare, Dashboard, download } from './support/browser.ts';
import { trapframe } from './support/cli.ts';

if (CHROMIUM === null) console.warn('dashboard tests are skipped: no Chromium found (set CHROMIUM to its path)');

const WORKLOADS = 'fork,sha256';
const ENVIRONMENTS = 'bare,nested,shadow,paravirt';
const COUNTS_ONLY = `#w=${WORKLOADS}&e=${ENVIRONMENTS}&profile=skylake&repeat=0&size=quick`;

/** What must be equal on every machine and in every browser, as text. */
const deterministic = ({ cells }: Result): string =>
  JSON.stringify(
    cells.map(
      ({ workload, environment, params, status, imageSha256, iterations, checksum, digest, counters, modelled }) => ({
        workload,
        environment,
        params,
        status,
        imageSha256,
        iterations,
        checksum,
        digest,
        counters,
        modelled,
      }),
    ),
    null,
    1,
  );

describe.skipIf(CHROMIUM === null)('the dashboard in Chromium', () => {
  const dashboard = new Dashboard();
  let url = '';
  let dir = '';
  let node: Result;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'trapframe-page-'));
    await dashboard.start();
    url = await dashboard.serve(true);
    const args = ['compare', '-w', WORKLOADS, '-e', ENVIRONMENTS, '--quick', '--repeat', '0', '--json', '-q'];
    const { stdout, stderr, code } = await trapframe(args);
    expect(code, stderr).toBe(0);
    node = resultSchema.parse(JSON.parse(stdout));
  });
  afterAll(async () => {
    await dashboard.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('counts what Node counts, byte for byte', async () => {
    const { page, errors } = await dashboard.open(url + COUNTS_ONLY);
    expect(await page.evaluate('crossOriginIsolated')).toBe(true);
    const browser = await compare(page);
    expect(browser.host.runtime).toBe('browser');
    expect(browser.cells.every((cell) => cell.counters !== null)).toBe(true);
    expect(deterministic(browser)).toBe(deterministic(node));
    expect(errors).toEqual([]);
  });

  it('runs processes, containers and WebAssembly programs, and counts what Node counts', async () => {
    const [w, e] = ['null-syscall,fork,startup,untar', 'process,container,container-wasm'];
    const { stdout, code } = await trapframe(['compare', '-w', w, '-e', e, '--quick', '--repeat', '0', '--json', '-q']);
    expect(code).toBe(0);
    const { page, errors } = await dashboard.open(`${url}#w=${w}&e=${e}&repeat=0&size=quick`);
    const browser = await compare(page);
    expect(browser.cells.filter(({ status }) => status === 'ok')).toHaveLength(11);
    expect(deterministic(browser)).toBe(deterministic(resultSchema.parse(JSON.parse(stdout))));
    expect(errors).toEqual([]);
  });

  it('counts the same without SharedArrayBuffer', async () => {
    const { page, errors } = await dashboard.open((await dashboard.serve(false)) + COUNTS_ONLY);
    expect(await page.evaluate('crossOriginIsolated')).toBe(false);
    expect(deterministic(await compare(page))).toBe(deterministic(node));
    expect(errors).toEqual([]);
  });

  it('shows cells as they finish, stops when told to, and can go on afterwards', async () => {
    const { page } = await dashboard.open(`${url}#w=integer-mix&e=native,bare&repeat=500&size=quick`);
    await page.getByRole('button', { name: 'Compare' }).click();
    await page
      .getByRole('row', { name: /^bare/ })
      .getByText(/^1\.0+×$/)
      .first()
      .waitFor();
    expect(await page.getByRole('progressbar').count()).toBe(1);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('status').filter({ hasText: 'Stopped' }).waitFor();
    await page.getByLabel('Samples of wall time').fill('3');
    const result = await compare(page);
    expect(result.cells.map((cell) => [cell.environment, cell.status, cell.wall?.n])).toEqual([
      ['native', 'ok', 3],
      ['bare', 'ok', 3],
    ]);
  });

  it('opens a saved result, shows its figures, and writes the same reports', async () => {
    const saved = join(dir, 'saved.json');
    writeFileSync(saved, JSON.stringify(node));
    const { page, errors } = await dashboard.open(url);
    await page.getByLabel('Open a result…').setInputFiles(saved);
    await page.getByRole('heading', { name: /^fork/ }).waitFor();
    expect(resultSchema.parse(JSON.parse(await download(page, 'JSON')))).toEqual(node);
    expect(await download(page, 'HTML')).toMatch(/^<!doctype html>/i);
    expect((await download(page, 'CSV')).split('\n')[0]).toContain('environment');
    expect(await download(page, 'Markdown')).toContain('fork');
    // Tabs by keyboard; the counters of two environments side by side.
    await page.getByRole('tab', { name: 'Compare' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.getByLabel('against').selectOption('shadow');
    await page.getByLabel('Filter').fill('exit.pte-write');
    const cell = node.cells.find((c) => c.workload === 'fork' && c.environment === 'shadow')!;
    const row = page.getByRole('row', { name: /^exit\.pte-write/ });
    expect(await row.getByRole('cell').nth(1).textContent()).toBe(
      cell.counters!['exit.pte-write']!.toLocaleString('en-US'),
    );
    expect(errors).toEqual([]);
  });

  it('says what is wrong with a file or a choice', async () => {
    const broken = join(dir, 'broken.json');
    writeFileSync(broken, '{"schema": "trapframe.result/1"}');
    const { page } = await dashboard.open(url);
    await page.getByLabel('Open a result…').setInputFiles(broken);
    await page.getByRole('alert').filter({ hasText: 'broken.json' }).waitFor();
    for (const name of ['null-syscall', 'fork', 'page-fault', 'gups', 'integer-mix'])
      await page.getByLabel(name, { exact: true }).uncheck();
    await page.getByRole('alert').filter({ hasText: 'at least one workload' }).waitFor();
    expect(await page.getByRole('button', { name: 'Compare' }).isDisabled()).toBe(true);
  });

  it('sweeps a parameter and draws it', async () => {
    const { page, errors } = await dashboard.open(`${url}#e=shadow,nested&size=quick`);
    await page.getByRole('tab', { name: 'Sweep' }).click();
    await page.getByLabel('Values').fill('9..3:x2');
    await page.getByRole('alert').filter({ hasText: '9..3:x2' }).waitFor();
    await page.getByLabel('Values').fill('0..64:x8');
    await page.getByRole('button', { name: 'Sweep' }).click();
    await page.getByRole('img', { name: /^update-miss-mix: modelled cycles by updates/ }).waitFor({ timeout: 120_000 });
    const swept = sweepSchema.parse(JSON.parse(await download(page, 'JSON')));
    expect(swept.points.map((point) => point.value)).toEqual([0, 1, 8, 64]);
    expect(swept.points.every((point) => point.cells.every((cell) => cell.status === 'ok'))).toBe(true);
    expect(errors).toEqual([]);
  });

  it('checks the laws in the page', async () => {
    const { page } = await dashboard.open(url);
    await page.getByRole('tab', { name: 'Laws' }).click();
    await page.getByRole('button', { name: 'Check the laws' }).click();
    const row = page.getByRole('row', { name: /^Sv39 on Sv39x4 15 15/ });
    await row.first().waitFor({ timeout: 120_000 });
    expect(await row.first().textContent()).toContain('pass');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('status').filter({ hasText: 'Stopped' }).waitFor();
  });
});
