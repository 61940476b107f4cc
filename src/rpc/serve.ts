/** The worker's side: exposes an object to whoever started the worker, in Node and in browsers alike. */
import { type Endpoint, expose } from 'comlink';

type Listener = EventListenerOrEventListenerObject;

/** What Node's MessagePort and Worker have in common. */
export interface NodePort {
  postMessage(message: unknown, transfer?: readonly never[]): void;
  on(event: 'message', listener: (data: unknown) => void): unknown;
  off(event: 'message', listener: (data: unknown) => void): unknown;
}

/** A Node port as comlink wants it: with events instead of bare messages. */
export function nodeEndpoint(port: NodePort): Endpoint {
  const wrapped = new Map<Listener, (data: unknown) => void>();
  return {
    postMessage: (message: unknown, transfer?: Transferable[]) => port.postMessage(message, transfer as never[]),
    addEventListener: (_type, listener) => {
      const onMessage = (data: unknown): void => {
        const event = { data } as MessageEvent;
        if (typeof listener === 'function') listener(event);
        else listener.handleEvent(event);
      };
      wrapped.set(listener, onMessage);
      port.on('message', onMessage);
    },
    removeEventListener: (_type, listener) => {
      const onMessage = wrapped.get(listener);
      if (onMessage) port.off('message', onMessage);
      wrapped.delete(listener);
    },
  };
}

/**
 * Exposes `api`. Node's module is fetched through `process`, not imported, so that a bundler for browsers has nothing
 * to resolve.
 */
export function serve(api: object): void {
  const port = globalThis.process?.getBuiltinModule?.('node:worker_threads').parentPort;
  if (port) expose(api, nodeEndpoint(port as NodePort));
  else expose(api);
}
