import { readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { CozyError } from "../../errors/cozy-error.ts";
import { exitCodeOf } from "../../errors/exit-code.ts";
import { printError } from "../../errors/print-error.ts";
import { agentFilesIn } from "../../hosts/agent/agent-bundle.ts";
import { serverMachinePaths } from "../../hosts/server-layout.ts";
import type { CommandContext } from "../command-context.ts";
import { version } from "../help.ts";
import { listenForInterrupt } from "../interrupt.ts";
import { runCommand } from "../run-command.ts";
import { parseOrder, type Order, type OrderStream } from "./order.ts";

/** As a shell counts an end by SIGINT. */
const exitInterrupted = 130;

process.exitCode = await main(process.argv[2] ?? "");

/** `node cozy.mjs <folder>`: carries out, on a host, the order that lies in the folder, and takes the folder away at its end. */
async function main(folder: string): Promise<number> {
  // Groups may read what they are meant to; nobody else sees anything that is not opened on purpose.
  process.umask(0o027);
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const order = takeOrder(join(folder, "order.json"));
  const env = variablesFor(order);
  const stdout = likeTheDeployers(process.stdout, order.terminal.stdout);
  const stderr = likeTheDeployers(process.stderr, order.terminal.stderr);
  const json = wantsJson(order.argv);
  const { gently, atOnce, takeSignals } = listenForInterrupt(process, () => {
    setTimeout(() => process.exit(exitInterrupted), 1_000).unref();
  });
  if (order.endsWithInput) endWithInput();
  const { host, who, project, argv, others } = order;
  const context: CommandContext = {
    cwd: serverMachinePaths().home,
    homeFolder: serverMachinePaths().home,
    env,
    stdin: process.stdin,
    stdout,
    stderr,
    now: Date.now,
    signal: gently,
    urgentSignal: atOnce,
    takeSignals,
    json,
    configPath: undefined,
    version,
    argv,
    project,
    onHost: {
      name: host,
      who,
      agents: agentFilesIn(dirname(fileURLToPath(import.meta.url)), process.execPath),
      others,
    },
  };
  try {
    return await runCommand(argv, context);
  } catch (error) {
    printError(error, { json, stdout, stderr, env, version });
    return exitCodeOf(error);
  }
}

/** The deployer is gone, or the connection is: the command ends as by a signal, which it gives to whatever it has started. */
function endWithInput(): void {
  process.stdin.once("end", () => process.kill(process.pid, "SIGTERM"));
  process.stdin.on("error", () => undefined);
  process.stdin.resume();
  process.stdin.unref();
}

/** Nothing of it is left on the disk from then on. */
function takeOrder(file: string): Order {
  try {
    return parseOrder(file, readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof CozyError) throw error;
    throw new Error(`${file} can't be read: no order lies there`, { cause: error });
  } finally {
    rmSync(file, { force: true });
  }
}

/** The host's own, with what the deployer's terminal is like. */
function variablesFor({ host, terminal }: Order): NodeJS.ProcessEnv {
  delete process.env["NODE_COMPILE_CACHE"]; // it was for this program alone
  const { home } = serverMachinePaths();
  return { ...process.env, ...terminal.variables, COZY_HOME: home, COZY_ON_HOST: host };
}

/** A pipe leads to the deployer's terminal; on one of its own a stream knows better. */
function likeTheDeployers(stream: NodeJS.WriteStream, { isTTY, columns }: OrderStream): NodeJS.WriteStream {
  if (stream.isTTY) return stream;
  return Object.assign(stream, { isTTY, ...(columns === undefined ? {} : { columns }) });
}

function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf("--");
  return argv.slice(0, end === -1 ? argv.length : end).includes("--json");
}
