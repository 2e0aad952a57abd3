import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";

export interface RequestBodyOptions {
  /** Called when the instance wants the body: the moment for a `100 Continue`. */
  readonly onWanted: () => void;
  /** Called when no part of the body came for `idleMs`. */
  readonly onIdle: () => void;
  readonly idleMs: number;
}

/**
 * A request's body on its way to an instance. Nothing is read before the instance's connection asks, so a body can still be sent
 * elsewhere when no connection comes about; and destroying it leaves the client's connection whole, which destroying the request itself
 * would cut: an instance may answer 413 without reading all of a body.
 */
export class RequestBody extends Readable {
  /** Whether any of it was handed out, after which it can't be sent again. */
  started = false;
  readonly #request: IncomingMessage;
  readonly #options: RequestBodyOptions;
  #timer: NodeJS.Timeout | undefined;

  constructor(request: IncomingMessage, options: RequestBodyOptions) {
    super({ highWaterMark: 64 * 1024 });
    this.#request = request;
    this.#options = options;
  }

  override _read(): void {
    if (!this.started) this.#start();
    this.#timer ??= setTimeout(this.#options.onIdle, this.#options.idleMs);
    this.#request.resume();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#detach();
    done(error);
  }

  #start(): void {
    this.started = true;
    this.#options.onWanted();
    this.#request.on("data", this.#onData).on("end", this.#onEnd);
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#timer?.refresh();
    if (this.push(chunk)) return;
    // The instance is the slow one now, so the client's time does not run.
    this.#request.pause();
    this.#stopTimer();
  };

  readonly #onEnd = (): void => {
    this.#stopTimer();
    this.push(null);
  };

  #detach(): void {
    this.#stopTimer();
    this.#request.off("data", this.#onData).off("end", this.#onEnd);
    readToItsEnd(this.#request, this.#options.idleMs);
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/**
 * Reads and throws away what is left of a body after its answer, so that the connection can carry the next request: closing it instead
 * would reset it, and the client might never see the answer. A client that stops in the middle is cut off.
 */
export function readToItsEnd(request: IncomingMessage, idleMs: number): void {
  if (request.complete || request.destroyed) return;
  request.socket.setTimeout(idleMs);
  request.resume();
}
