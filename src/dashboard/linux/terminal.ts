/** The terminal of the page: xterm.js in the page's colours. */
import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import type { Screen } from './guest.ts';

export interface PageTerminal extends Screen {
  focus(): void;
  clear(): void;
  dispose(): void;
}

interface TerminalEvents {
  typed(text: string): void;
  resized(rows: number, columns: number): void;
  /** The key that leaves the terminal was pressed. */
  leave(): void;
}

/** Ctrl+Shift+Escape is the browser's; this one programs do not use. */
const isLeave = (e: KeyboardEvent): boolean => e.ctrlKey && e.altKey && e.key === 'ArrowUp';

function colours(): { background: string; foreground: string; cursor: string; selectionBackground: string } {
  const style = getComputedStyle(document.documentElement);
  const of = (name: string): string => style.getPropertyValue(name).trim();
  return {
    background: of('--panel'),
    foreground: of('--ink'),
    cursor: of('--accent'),
    selectionBackground: of('--line'),
  };
}

/** Opens a terminal in an element, as large as it is. */
export function openTerminal(element: HTMLElement, events: TerminalEvents): PageTerminal {
  const terminal = new Terminal({
    fontFamily: 'ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace',
    fontSize: 14,
    scrollback: 5000,
    convertEol: true,
    minimumContrastRatio: 4.5,
    screenReaderMode: true,
    theme: colours(),
  });
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  terminal.open(element);
  fit.fit();
  terminal.attachCustomKeyEventHandler((e) => {
    if (!isLeave(e)) return true;
    if (e.type === 'keydown') events.leave();
    return false;
  });
  terminal.onData(events.typed);
  terminal.onResize(({ rows, cols }) => events.resized(rows, cols));
  const observer = new ResizeObserver(() => fit.fit());
  observer.observe(element);
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const recolour = (): void => {
    terminal.options.theme = colours();
  };
  dark.addEventListener('change', recolour);
  return {
    write: (bytes) => terminal.write(bytes),
    get rows() {
      return terminal.rows;
    },
    get columns() {
      return terminal.cols;
    },
    focus: () => terminal.focus(),
    clear: () => terminal.reset(),
    dispose: () => {
      dark.removeEventListener('change', recolour);
      observer.disconnect();
      terminal.dispose();
    },
  };
}
