import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { MACHINE_ENGINES, type MachineEngine, STRATEGIES, type Strategy } from '../../abi/config.ts';
import { saveFile } from '../save.ts';
import { askLocal, boot, busy, ending, error, local, readyMs, resize, state, stop, type } from './guest.ts';
import { openTerminal, type PageTerminal } from './terminal.ts';
import './linux.css';

/** A stock kernel does not know the paravirtual interface. */
const OFFERED = STRATEGIES.filter(({ id }) => id !== 'paravirt');
const OWN = 'own';

const kernel = signal<string | null>(null);
const kernelFile = signal<File | null>(null);
const initrdFile = signal<File | null>(null);
const engine = signal<MachineEngine>('jit');
const strategy = signal<Strategy>('bare');
const command = signal('');
const gdbPort = signal('');

const kernels = () => (local.value ?? []).filter(({ name }) => name !== 'busybox');
const chosenKernel = (): string => kernel.value ?? kernels()[0]?.name ?? OWN;
const hasUserland = (): boolean => (local.value ?? []).some(({ name }) => name === 'busybox');

/** Why nothing can be booted as it is chosen, or null. */
function problem(): string | null {
  if (local.value === null) return 'Looking for kernels…';
  if (chosenKernel() === OWN && !kernelFile.value)
    return 'Choose a kernel: a RISC-V Linux Image, as it is or packed with gzip.';
  if (!initrdFile.value && !hasUserland()) return 'Choose an initial RAM disk: this server has no userland.';
  return null;
}

function FilePicker(props: { label: string; file: File | null; onFile: (file: File | null) => void }): JSX.Element {
  return (
    <span>
      <label class="button file">
        {props.file ? props.file.name : props.label}
        <input
          type="file"
          aria-label={props.label}
          disabled={busy.value}
          onChange={(e) => props.onFile(e.currentTarget.files?.[0] ?? null)}
        />
      </label>
      {props.file && (
        <button
          type="button"
          disabled={busy.value}
          onClick={() => props.onFile(null)}
          aria-label={`Leave ${props.file.name} out`}
        >
          ×
        </button>
      )}
    </span>
  );
}

function Select<T extends string>(props: {
  label: string;
  value: T;
  options: readonly { readonly id: T; readonly title: string }[];
  onChange: (value: T) => void;
}): JSX.Element {
  return (
    <label class="field">
      {props.label}
      <select value={props.value} disabled={busy.value} onChange={(e) => props.onChange(e.currentTarget.value as T)}>
        {props.options.map(({ id, title }) => (
          <option key={id} value={id}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}

/** What is going on, in one sentence. */
function said(): string {
  switch (state.value) {
    case 'loading':
      return 'Loading kernel and userland…';
    case 'booting':
      return 'Booting…';
    case 'stopping':
      return 'Stopping at the end of the slice…';
    case 'running':
      return readyMs.value === null
        ? 'Running.'
        : `Running; the shell was there after ${Math.round(readyMs.value)} ms.`;
    default: {
      const done = ending.value;
      if (!done) return problem() ?? 'Ready to boot.';
      const status = done.status === null ? '' : `Ended with status ${done.status}: `;
      return `${status}${done.message}, after ${(done.counters.instret ?? 0).toLocaleString('en-US')} instructions.`;
    }
  }
}

const saveCounters = (): void =>
  saveFile('counters.json', 'application/json', JSON.stringify(ending.value!.counters, null, 1));

/** A real Linux kernel in this page: what to boot, and its terminal. */
export function Linux(): JSX.Element {
  const place = useRef<HTMLDivElement>(null);
  const stopButton = useRef<HTMLButtonElement>(null);
  const terminal = useRef<PageTerminal | null>(null);
  useEffect(() => {
    void askLocal();
    const opened = openTerminal(place.current!, {
      typed: type,
      resized: resize,
      leave: () => stopButton.current?.focus(),
    });
    terminal.current = opened;
    return () => {
      // A guest nobody sees is ended: its terminal goes with the view.
      stop();
      opened.dispose();
    };
  }, []);
  const start = (): void => {
    const screen = terminal.current!;
    screen.clear();
    screen.focus();
    void boot(
      {
        kernel: chosenKernel() === OWN ? kernelFile.value! : chosenKernel(),
        initrd: initrdFile.value,
        engine: engine.value,
        strategy: strategy.value,
        command: command.value.trim(),
        gdbPort: gdbPort.value === '' ? null : Number(gdbPort.value),
      },
      screen,
    );
  };
  const why = problem();
  return (
    <section class="linux" aria-label="Linux">
      <form
        class="toolbar"
        onSubmit={(e) => {
          e.preventDefault();
          start();
        }}
      >
        <Select
          label="Kernel"
          value={chosenKernel()}
          options={[
            ...kernels().map(({ name, about }) => ({ id: name, title: `${name}: ${about}` })),
            { id: OWN, title: 'a file…' },
          ]}
          onChange={(value) => {
            kernel.value = value;
          }}
        />
        {chosenKernel() === OWN && (
          <FilePicker
            label="Choose a kernel…"
            file={kernelFile.value}
            onFile={(file) => {
              kernelFile.value = file;
            }}
          />
        )}
        <FilePicker
          label="Initial RAM disk…"
          file={initrdFile.value}
          onFile={(file) => {
            initrdFile.value = file;
          }}
        />
        <Select
          label="Strategy"
          value={strategy.value}
          options={OFFERED.map(({ id }) => ({ id, title: id }))}
          onChange={(value) => {
            strategy.value = value;
          }}
        />
        <Select
          label="Engine"
          value={engine.value}
          options={MACHINE_ENGINES.map((id) => ({ id, title: id }))}
          onChange={(value) => {
            engine.value = value;
          }}
        />
        <label class="field">
          Command
          <input
            type="text"
            placeholder="a shell"
            value={command.value}
            disabled={busy.value || initrdFile.value !== null}
            onInput={(e) => {
              command.value = e.currentTarget.value;
            }}
          />
        </label>
        <label
          class="field"
          title="The guest waits until gdb-multiarch has come: target remote :PORT, on this server’s host"
        >
          GDB port
          <input
            type="number"
            min="1"
            max="65535"
            placeholder="none"
            value={gdbPort.value}
            disabled={busy.value || local.value?.length === 0}
            onInput={(e) => {
              gdbPort.value = e.currentTarget.value;
            }}
          />
        </label>
        <button type="submit" class="primary" disabled={busy.value || why !== null}>
          Boot
        </button>
        <button ref={stopButton} type="button" disabled={!busy.value} onClick={stop}>
          Stop
        </button>
        <button type="button" disabled={ending.value === null} onClick={saveCounters}>
          Counters
        </button>
      </form>
      <p role="status" class="notice">
        {said()}
      </p>
      {error.value && (
        <pre role="alert" class="error">
          {error.value}
        </pre>
      )}
      {local.value !== null && kernels().length === 0 && (
        <p class="faint">
          The server of this page has no kernel: <code>npx trapframe linux --build</code> or <code>--fetch</code> gets
          one for <code>npm run dashboard</code>. Or choose files of your own.
        </p>
      )}
      <div ref={place} class="screen" />
      <p class="faint">
        Ctrl+Alt+↑ leaves the terminal. The guest runs in a worker of this page, and ends with this view.
      </p>
    </section>
  );
}
