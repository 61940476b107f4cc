/**
 * GDB's connection to a machine in a page. A page can't be listened to, so its server listens for GDB (src/cli/linux/relay.ts) and passes
 * on what comes, over a WebSocket: GDB's bytes in binary messages, and in text what `LINK` says.
 */
import { InputError } from '../../abi/errors.ts';
import type { Debugger } from './debugger.ts';
import { GdbServer } from './server.ts';

/** Of a page's server: `?port=N` says where GDB is listened for, on this host alone. */
export const GDB_AT = '/local/gdb';

/** What is said in text messages. */
export const LINK = {
  /** The server listens where it was asked to. */
  listening: 'listening',
  /** A debugger has come, or gone; said by the page, it is to go. */
  open: 'open',
  close: 'close',
} as const;

/** Connects to the page's server at `url`, with the guest halted until a debugger has come. Rejects where nothing can be listened to. */
export function linkGdb(machine: Debugger, url: string): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.binaryType = 'arraybuffer';
    let gdb: GdbServer | null = null;
    const opened = (): GdbServer =>
      new GdbServer(
        machine,
        (bytes) => socket.send(bytes.slice()),
        () => socket.send(LINK.close),
      );
    const closed = (): void => {
      gdb?.close();
      gdb = null;
    };
    socket.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data !== 'string') gdb?.receive(new Uint8Array(data));
      else if (data === LINK.open) gdb = opened();
      else if (data === LINK.close) closed();
      else if (data === LINK.listening) {
        machine.halt();
        resolve(() => socket.close());
      }
    };
    socket.onclose = ({ reason }) => {
      closed();
      // One that still waits for a debugger goes on without.
      machine.detach();
      reject(new InputError(`no debugger can be listened for: ${reason || `${url} does not answer`}`));
    };
  });
}
