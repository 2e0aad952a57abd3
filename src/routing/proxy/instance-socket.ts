import { Socket } from "node:net";
import type { buildConnector } from "undici";
import { systemCode } from "../../errors/cozy-error.ts";

/**
 * A connection to an instance that goes on reading when the instance takes no more: one that refuses a large body answers and closes
 * before it has read the rest, and that answer must reach the client although writing to the connection fails.
 */
class PatientSocket extends Socket {
  /** A stream writes one thing at a time, so one callback serves them all; a closure a write would be felt. */
  #done: Done = () => {};
  readonly #settle: Done = (error) => this.#done(unlessClosed(error));

  /* oxlint-disable no-underscore-dangle -- Node names the methods of a stream so. */
  override _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
    this.#done = done;
    super._write(chunk, encoding, this.#settle);
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Done): void {
    this.#done = done;
    super._writev?.(chunks, this.#settle);
  }
  /* oxlint-enable no-underscore-dangle */
}

type Done = (error?: Error | null) => void;

/** That the other side closed is then told by reading: its answer first, or the same error where there is none. */
function unlessClosed(error: Error | null | undefined): Error | null {
  const code = systemCode(error);
  return code === "EPIPE" || code === "ECONNRESET" ? null : (error ?? null);
}

/** Connects undici's clients to a unix socket; `patient` for requests with a body. */
export function connectorTo(path: string, timeoutMs: number, patient: boolean): buildConnector.connector {
  return (_, connected) => {
    const options = { highWaterMark: 64 * 1024, allowHalfOpen: false };
    const socket = patient ? new PatientSocket(options) : new Socket(options);
    const timer = setTimeout(() => socket.destroy(new ConnectTimeout()), timeoutMs);
    const onError = (error: Error) => {
      clearTimeout(timer);
      connected(error, null);
    };
    socket.once("error", onError);
    socket.connect({ path }, () => {
      clearTimeout(timer);
      socket.off("error", onError);
      connected(null, socket);
    });
  };
}

class ConnectTimeout extends Error {
  readonly code = "UND_ERR_CONNECT_TIMEOUT";
  override readonly message = "The instance did not accept the connection in time.";
}
