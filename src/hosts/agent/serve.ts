import { CozyError } from "../../errors/cozy-error.ts";
import { installNewest } from "../../errors/install-newest.ts";
import { isFields } from "../../artifacts/kept-file.ts";
import type { Channel } from "./channel.ts";
import { isHello, type Hello } from "./hello.ts";
import type { Methods } from "./remote-port.ts";
import { fromWire, toWire } from "./wire-value.ts";

/** A port that is served, and the methods of it that may be called. */
export interface Served {
  call(method: string, args: readonly unknown[]): Promise<unknown>;
}

export function served<Port extends object>(port: Port, methods: Methods<Port>): Served {
  return {
    async call(method, args) {
      if (!Object.hasOwn(methods, method)) throw unknown(method);
      const fn: unknown = Reflect.get(port, method);
      if (typeof fn !== "function") throw unknown(method);
      return Reflect.apply(fn, port, args);
    },
  };
}

/**
 * Answers calls of ports. The first question is `hello`; what is asked behind it, without waiting for its answer, waits until the ports
 * are open, so that a command's first look at a host takes one round trip.
 */
export function serve(
  channel: Channel,
  open: (
    hello: Hello,
  ) => Promise<{ readonly answer: object; readonly ports: Readonly<Record<string, Served>> }>,
): void {
  const greeted = Promise.withResolvers<Awaited<ReturnType<typeof open>>>();
  greeted.promise.catch(() => undefined);
  channel.onAsked(async (name, params, signal) => {
    if (name === "hello") {
      const hello = isHello(params)
        ? open(params)
        : Promise.reject(unknown("something else than a greeting"));
      hello.then(greeted.resolve, greeted.reject);
      return (await greeted.promise).answer;
    }
    const { ports } = await greeted.promise;
    const [port = "", method = ""] = name.split("/");
    const target = Object.hasOwn(ports, port) ? ports[port] : undefined;
    if (target === undefined) throw unknown(name);
    return toWire(await target.call(method, argumentsIn(params, channel, signal)));
  });
  channel.listen();
}

function argumentsIn(params: unknown, channel: Channel, signal: AbortSignal): unknown[] {
  const args = isFields(params) && Array.isArray(params["args"]) ? params["args"] : [];
  const functionOf =
    (number: number) =>
    (...given: unknown[]): void =>
      channel.tell("call", { number, args: toWire(given) });
  return args.map((arg) => fromWire(arg, { signal, functionOf }));
}

function unknown(name: string): CozyError {
  return new CozyError("agent-of-another-version", {
    message: `The agent was asked for ${name}, which it does not know.`,
    state: "Nothing was changed.",
    next: installNewest,
  });
}
