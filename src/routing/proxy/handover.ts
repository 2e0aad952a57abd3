import { spawn, type ChildProcess } from "node:child_process";
import { Server } from "node:net";
import { takeOverFlag, type FromNew, type FromOld } from "../proxy-protocol.ts";
import type { Proxy } from "./proxy.ts";

/** How long the new proxy may take from its start until it answers. */
const handoverMs = 10_000;

/**
 * The old proxy's part: starts the new one and gives it the listening socket itself, so that there is no moment without one and what
 * waits to be accepted is accepted by either. Ends with the new proxy's pid once that answers; until then nothing has changed here.
 */
export async function handOver(proxy: Proxy, command: readonly string[]): Promise<number> {
  const child = start(command);
  const { pid } = child;
  const timer = setTimeout(() => child.kill("SIGKILL"), handoverMs);
  try {
    const wanted = await next(child, "prepared");
    const { address, port } = proxy.settings;
    if (wanted.address === address && wanted.port === port)
      await send(child, { format: 1, type: "listener" }, proxy.listener);
    else await send(child, { format: 1, type: "listen-yourself" });
    await next(child, "accepting");
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  } finally {
    clearTimeout(timer);
  }
  if (pid === undefined) throw new Error("The new proxy has no process id.");
  child.disconnect();
  child.unref();
  return pid;
}

/** The new proxy's part: asks for the listening socket, and says when it answers. */
export async function takeOver(proxy: Proxy, openControl: () => Promise<void>): Promise<void> {
  const { address, port } = proxy.settings;
  // Whoever wanted this proxy is gone: there is nothing to take over.
  process.once("disconnect", giveUp);
  const given = listenerFromOld();
  say({ format: 1, type: "prepared", address, port });
  await proxy.listen(await given);
  await openControl();
  process.off("disconnect", giveUp);
  say({ format: 1, type: "accepting" });
}

/** The old proxy's listening socket; `undefined` when that one listens elsewhere. */
async function listenerFromOld(): Promise<Server | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Server | undefined>();
  process.once("message", (message: unknown, handle: unknown) => {
    if (isOfType<FromOld, "listen-yourself">(message, "listen-yourself")) resolve(undefined);
    else if (handle instanceof Server) resolve(handle);
    else reject(new Error("The old proxy sent no listening socket."));
  });
  return await promise;
}

function giveUp(): void {
  process.exit(1);
}

function say(message: FromNew): void {
  process.send?.(message);
}

function start(command: readonly string[]): ChildProcess {
  const [program = "", ...rest] = command;
  return spawn(program, [...rest, takeOverFlag], {
    detached: true,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
}

/** The next message of this type; an end of the process is an error. */
async function next<Type extends FromNew["type"]>(
  child: ChildProcess,
  type: Type,
): Promise<Extract<FromNew, { type: Type }>> {
  const { promise, resolve, reject } = Promise.withResolvers<Extract<FromNew, { type: Type }>>();
  const onMessage = (message: unknown) => {
    if (isOfType<FromNew, Type>(message, type)) resolve(message);
  };
  const onExit = (code: number | null, signal: string | null) => {
    reject(
      new Error(
        `The new proxy ended (${signal ?? `exit code ${code}`}) before it was ${type}; see proxy.log.`,
      ),
    );
  };
  child.on("message", onMessage).once("exit", onExit).once("error", reject);
  try {
    return await promise;
  } finally {
    child.off("message", onMessage).off("exit", onExit).off("error", reject);
  }
}

async function send(child: ChildProcess, message: FromOld, listener?: Server): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  child.send(message, listener, (error) => (error ? reject(error) : resolve()));
  await promise;
}

function isOfType<Message extends { readonly type: string }, Type extends Message["type"]>(
  message: unknown,
  type: Type,
): message is Extract<Message, { type: Type }> {
  return typeof message === "object" && message !== null && "type" in message && message.type === type;
}
