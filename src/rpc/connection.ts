/**
 * A worker and the calls made to it. Comlink alone leaves a call to a dead worker waiting for ever; here every call has
 * a deadline and fails at once when the worker dies or is closed.
 */
import { type Endpoint, type Remote, wrap } from 'comlink';

/** A running worker, however its host makes one (src/rpc/node.ts, src/rpc/browser.ts). */
export interface WorkerHandle {
  readonly endpoint: Endpoint;
  terminate(): Promise<void>;
  /** Tells of a worker that ended by itself: a script that would not load, an uncaught error, no memory. */
  onFailure(listener: (reason: Error) => void): void;
}

/** The call was still running at its deadline. */
export class DeadlineError extends Error {
  constructor(what: string, ms: number) {
    super(`${what} took longer than ${ms / 1000} s`);
    this.name = 'DeadlineError';
  }
}

/** The worker is gone. */
export class WorkerError extends Error {
  constructor(what: string, reason: string) {
    super(`${what}: the worker ended: ${reason}`);
    this.name = 'WorkerError';
  }
}

/** Calls to one worker: each has a deadline, and all fail when the worker dies or is closed. */
export class Connection<T> {
  readonly #handle: WorkerHandle;
  readonly #remote: Remote<T>;
  readonly #waiting = new Set<(reason: string) => void>();
  #ended: string | null = null;

  constructor(handle: WorkerHandle) {
    this.#handle = handle;
    this.#remote = wrap<T>(handle.endpoint);
    handle.onFailure((reason) => this.#end(reason.message));
  }

  /** Whether the worker can still be called. */
  get alive(): boolean {
    return this.#ended === null;
  }

  /**
   * Makes one call. Rejects with DeadlineError after `ms` milliseconds (the worker runs on: cancel or close it), with
   * WorkerError when the worker ends, or with what the call threw (its class is lost, its `name` kept).
   */
  call<R>(what: string, ms: number, use: (remote: Remote<T>) => Promise<R>): Promise<R> {
    return new Promise<R>((resolve, reject) => {
      if (this.#ended !== null) {
        reject(new WorkerError(what, this.#ended));
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(onEnd);
      };
      const onEnd = (reason: string): void => {
        done();
        reject(new WorkerError(what, reason));
      };
      const timer = setTimeout(() => {
        done();
        reject(new DeadlineError(what, ms));
      }, ms);
      this.#waiting.add(onEnd);
      use(this.#remote).then(
        (value) => {
          done();
          resolve(value);
        },
        (error: unknown) => {
          done();
          reject(error);
        },
      );
    });
  }

  /** Sends a call nobody waits for. */
  tell(use: (remote: Remote<T>) => Promise<unknown>): void {
    if (this.#ended === null) void use(this.#remote).catch(() => {});
  }

  /** Ends the worker; calls under way reject. May be called twice. */
  async close(): Promise<void> {
    this.#end('closed');
    await this.#handle.terminate();
  }

  #end(reason: string): void {
    this.#ended ??= reason;
    for (const onEnd of [...this.#waiting]) onEnd(reason);
  }
}
