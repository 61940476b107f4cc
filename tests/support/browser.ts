/** The dashboard in the system's Chromium. */
import type { Page } from 'playwright-core';
import { Site } from '../../bench/browser.ts';
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
