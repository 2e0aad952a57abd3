import type { Duplex } from "node:stream";
import {
  createMessageConnection,
  NullLogger,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
  type CancellationToken,
} from "vscode-jsonrpc/node";
import { errorFromWire, errorToWire } from "./wire-error.ts";

/** JSON-RPC over a stream: both sides ask and tell. What arrives is not yet trusted to have any shape. */
export interface Channel {
  /** Asks the other side. An abort tells it so, and its answer is waited for all the same. */
  ask(method: string, params: object, signal: AbortSignal): Promise<unknown>;
  tell(method: string, params: object): void;
  /** Answers all that the other side asks; the signal aborts when it takes the question back. */
  onAsked(answer: (method: string, params: unknown, signal: AbortSignal) => Promise<unknown>): void;
  onTold(take: (method: string, params: unknown) => void): void;
  /** Begins to read, once it is set what becomes of what arrives. */
  listen(): void;
  /** Aborts when the stream has ended, whoever ended it; nothing that is asked is answered any more. */
  readonly lost: AbortSignal;
  close(): void;
}

/** The number is JSON-RPC's own and says nothing; what went wrong is in the error's data. */
const failed = 1;

export function openChannel(stream: Duplex): Channel {
  // Its messages hold secrets, so nothing of it is ever logged.
  const reader = new StreamMessageReader(stream);
  // It would say again and again that a message is still under way, for ever where the connection was lost in the middle of one.
  reader.partialMessageTimeout = 0;
  const connection = createMessageConnection(reader, new StreamMessageWriter(stream), NullLogger);
  const lost = new AbortController();
  const lose = (): void => lost.abort();
  // Whatever is wrong with the stream, what is on it can't be understood any more.
  connection.onError(([error]) => {
    stream.destroy();
    lost.abort(error);
  });
  connection.onClose(lose);
  stream.once("end", lose);
  stream.once("close", lose);

  return {
    async ask(method, params, signal) {
      lost.signal.throwIfAborted();
      const cancel = tokenOf(signal);
      try {
        return await until(lost.signal, connection.sendRequest<unknown>(method, params, cancel.token));
      } catch (error) {
        throw error instanceof ResponseError && error.code === failed ? errorFromWire(error.data) : error;
      } finally {
        cancel.dispose();
      }
    },
    tell(method, params) {
      if (!lost.signal.aborted) connection.sendNotification(method, params).catch(lose);
    },
    onAsked(answer) {
      connection.onRequest(async (method: string, params: unknown, token: CancellationToken) => {
        const given = signalOf(token, lost.signal);
        try {
          return await answer(method, params, given.signal);
        } catch (error) {
          return new ResponseError(failed, "failed", errorToWire(error));
        } finally {
          given.dispose();
        }
      });
    },
    onTold(take) {
      connection.onNotification((method: string, params: unknown) => take(method, params));
    },
    listen: () => connection.listen(),
    lost: lost.signal,
    close() {
      connection.dispose();
      stream.end();
      lose();
    },
  };
}

/** What the other side answers, unless the stream ends first. */
async function until(lost: AbortSignal, answer: Promise<unknown>): Promise<unknown> {
  const { promise, reject } = Promise.withResolvers<never>();
  const end = (): void => reject(lost.reason);
  lost.addEventListener("abort", end, { once: true });
  try {
    return await Promise.race([answer, promise]);
  } finally {
    lost.removeEventListener("abort", end);
  }
}

function tokenOf(signal: AbortSignal): { readonly token: CancellationToken; dispose(): void } {
  let cancel: ((reason: unknown) => void) | undefined;
  const onAbort = (): void => cancel?.(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return {
    token: {
      get isCancellationRequested() {
        return signal.aborted;
      },
      onCancellationRequested(listener) {
        cancel = listener;
        return { dispose: () => (cancel = undefined) };
      },
    },
    dispose: () => signal.removeEventListener("abort", onAbort),
  };
}

function signalOf(token: CancellationToken, lost: AbortSignal) {
  const given = new AbortController();
  const giveUp = (): void => given.abort(new Error("The deployer has given this up."));
  const disposable = token.onCancellationRequested(giveUp);
  if (token.isCancellationRequested || lost.aborted) giveUp();
  lost.addEventListener("abort", giveUp, { once: true });
  return {
    signal: given.signal,
    dispose: () => {
      disposable.dispose();
      lost.removeEventListener("abort", giveUp);
    },
  };
}
