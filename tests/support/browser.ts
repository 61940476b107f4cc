/** The dashboard in the system's Chromium. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { Site } from '../../bench/browser.ts';
import { type Result, resultSchema } from '../../src/abi/result.ts';
import { ROOT } from './cli.ts';

export { CHROMIUM } from '../../bench/browser.ts';

export class Dashboard extends Site {
  constructor() {
    super(ROOT);
  }

  override async open(url: string): Promise<{ page: Page; errors: string[] }> {
    const opened = await super.open(url);
    await opened.page.getByRole('heading', { name: 'Trapframe' }).waitFor();
    return opened;
  }
}

/** Presses a button of the downloads; the file's text. */
export async function download(page: Page, button: string): Promise<string> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('group', { name: 'Download the report' }).getByRole('button', { name: button }).click(),
  ]);
  return readFileSync(await file.path(), 'utf8');
}

/** Presses Compare and waits for the end. */
export async function compare(page: Page): Promise<Result> {
  await page.getByRole('button', { name: 'Compare' }).click();
  await page.getByRole('status').filter({ hasText: 'Done' }).waitFor({ timeout: 120_000 });
  return resultSchema.parse(JSON.parse(await download(page, 'JSON')));
}
