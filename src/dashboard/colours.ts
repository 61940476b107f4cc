/** One colour an environment, the same in tables, bars and plots. Eight of them; later environments take them again. */
import { ENVIRONMENT_IDS } from './form.ts';

export const PALETTE = 8;

/** Number of the environment's colour: the custom property `--env-N`. */
export const environmentIndex = (id: string): number => Math.max(0, ENVIRONMENT_IDS.indexOf(id)) % PALETTE;

/** The colour itself, as the page's style has it now (light or dark). */
export const environmentColour = (id: string): string =>
  getComputedStyle(document.documentElement)
    .getPropertyValue(`--env-${environmentIndex(id)}`)
    .trim();
