import type { Duplex } from "node:stream";
import { isFields } from "../../artifacts/kept-file.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import { withDeadline } from "../../shared/deadline.ts";
import { openChannel } from "./channel.ts";
import { helloAnswer, refuseOtherFormat, type Hello, type HelloAnswer } from "./hello.ts";
import type { Call } from "./remote-port.ts";
import { fromWire, toWire, type WireFunction } from "./wire-value.ts";

/** A deployer's end of a stream that leads to an agent, greeted. */
export interface Session {
  /** What the agent said to the greeting; calls need not wait for it. */
  readonly greeted: Promise<HelloAnswer>;
  readonly call: Call;
  /** Aborts when the connection is lost. */
  readonly lost: AbortSignal;
  close(): void;
}

/** What the other side said last, once the connection is lost: how its program ended, and why. */
export type LastWords = () => Promise<readonly string[]>;

/** A program of Node begins within a second; a machine under load takes longer. */
const greetingMs = 30_000;

export function greet(stream: Duplex, hello: Hello, lastWords: LastWords = async () => []): Session {
  const channel = openChannel(stream);
  const functions = new Functions();
  channel.onTold((method, params) => {
    if (method === "call") functions.call(params);
  });
  channel.listen();
  const never = new AbortController().signal;

  const ask = async (name: string, withinMs: number, params: object, signal: AbortSignal, what: string) =>
    withDeadline(signal, withinMs, `${what} on ${hello.host}`, async (within) => {
      try {
        return await channel.ask(name, params, within);
      } catch (error) {
        throw channel.lost.aborted ? await connectionLost(hello.host, what, lastWords, error) : error;
      }
    });

  const greeted = ask("hello", greetingMs, hello, never, "a greeting").then((found) => {
    const answer = helloAnswer(found);
    refuseOtherFormat(answer, hello);
    return answer;
  });
  greeted.catch(() => undefined); // whoever calls gets the same error

  return {
    greeted,
    async call(port, method, withinMs, args) {
      const signal = args.find((arg) => arg instanceof AbortSignal) ?? never;
      const numbers: number[] = [];
      const numberOf = (fn: WireFunction): number => {
        const number = functions.keep(fn);
        numbers.push(number);
        return number;
      };
      try {
        const wire = args.map((arg) => toWire(arg, { numberOf }));
        const name = `${port}/${method}`;
        return fromWire(await ask(name, withinMs, { args: wire }, signal, `${port}.${method}`));
      } finally {
        for (const number of numbers) functions.drop(number);
      }
    },
    lost: channel.lost,
    close: () => channel.close(),
  };
}

/** What was lost, and that nobody knows now how far it came. */
async function connectionLost(host: string, what: string, lastWords: LastWords, cause: unknown) {
  if (cause instanceof CozyError) return cause; // it was answered before the stream ended
  return new CozyError("host-connection-lost", {
    message: `The connection to ${host} was lost while it was asked for ${what}.`,
    state: `How far ${host} came with it is not known; what it had begun and not ended, it gives up.`,
    next: `When ${host} can be reached again: cozy status`,
    details: await lastWords(),
    cause,
  });
}

/** Functions that the other side may call while a call of ours lasts. */
class Functions {
  readonly #kept = new Map<number, WireFunction>();
  #last = 0;

  keep(fn: WireFunction): number {
    this.#last += 1;
    this.#kept.set(this.#last, fn);
    return this.#last;
  }

  drop(number: number): void {
    this.#kept.delete(number);
  }

  call(params: unknown): void {
    if (!isFields(params)) return;
    const args = fromWire(params["args"]);
    this.#kept.get(Number(params["number"]))?.(...(Array.isArray(args) ? args : []));
  }
}
