import type { Readable } from "node:stream";
import { ReadStream } from "node:tty";
import { CozyError } from "../errors/cozy-error.ts";
import { Secret } from "../secrets/secret.ts";
import type { CommandContext } from "./command-context.ts";
import { hiddenLine } from "./hidden-line.ts";

/** More than any variable can hold, so that a pipe which never ends does not fill the memory. */
const mostBytes = 1024 * 1024;

/** The value of a secret: typed without being shown at a terminal, else all that comes through the pipe but one line end at its end. */
export async function readSecretValue(context: CommandContext, what: string): Promise<Secret> {
  const { stdin, stderr, signal } = context;
  if (stdin instanceof ReadStream && stdin.isTTY) {
    const raise = (name: "SIGINT" | "SIGQUIT"): void => void process.kill(process.pid, name);
    stderr.write(`${what} (is not shown; Enter ends it): `);
    try {
      const line = await hiddenLine(stdin, raise, signal);
      if (line !== undefined) return new Secret(line);
    } finally {
      stderr.write("\n");
    }
    throw invalid("has several lines; give it through a pipe, from a file: `< file`");
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const bytes of bytesOf(stdin)) {
    signal.throwIfAborted();
    sizeBytes += bytes.length;
    if (sizeBytes > mostBytes) throw invalid("is longer than any variable can be");
    chunks.push(bytes);
  }
  return new Secret(textOf(Buffer.concat(chunks)).replace(/\r?\n$/, ""));
}

async function* bytesOf(stdin: Readable): AsyncGenerator<Buffer> {
  for await (const chunk of stdin as AsyncIterable<unknown>) {
    if (typeof chunk === "string" || chunk instanceof Uint8Array) yield Buffer.from(chunk);
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw invalid("is no UTF-8 text, which a variable has to be; encode it, in base64 for example");
  }
}

function invalid(why: string): CozyError {
  return new CozyError("secret-invalid", {
    message: `The value ${why}.`,
    state: "Nothing was changed.",
  });
}
