import { Socket } from "node:net";
import type { buildConnector } from "undici";
import { systemCode } from "../../errors/cozy-error.ts";

/**
 * A connection to an instance that goes on reading when the instance takes no more: one that refuses a large body answers and closes
 * before it has read the rest, and that answer must reach the client although writing to the connection fails.
 */
class InstanceSocket extends Socket {
  /* oxlint-disable no-underscore-dangle -- Node names the methods of a stream so. */
  override _write(chunk: unknown, encoding: BufferEncoding, done: Done): void {
    super._write(chunk, encoding, (error) => done(unlessClosed(error)));
  }

  override _writev(chunks: { chunk: unknown; encoding: BufferEncoding }[], done: Done): void {
    super._writev?.(chunks, (error) => done(unlessClosed(error)));
  }
  /* oxlint-enable no-underscore-dangle */
}

type Done = (error?: Error | null) => void;

/** That the other side closed is then told by reading: its answer first, or the same error where there is none. */
function unlessClosed(error: Error | null | undefined): Error | null {
  const code = systemCode(error);
  return code === "EPIPE" || code === "ECONNRESET" ? null : (error ?? null);
}

/** Connects undici's clients to a unix socket. */
export function connectorTo(path: string, timeoutMs: number): buildConnector.connector {
  return (_, connected) => {
    const options = { highWaterMark: 64 * 1024, allowHalfOpen: false };
    const socket = new InstanceSocket(options);
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
