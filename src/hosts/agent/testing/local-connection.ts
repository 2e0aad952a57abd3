import { execFile, spawn } from "node:child_process";
import { Duplex } from "node:stream";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { Connection, Transfer } from "../../ssh/connection.ts";

const execute = promisify(execFile);

/** A `Connection` to this machine: programs are started here, and rsync copies from one folder to another. */
export interface LocalConnection extends Connection {
  /** What was asked of it: `open`, `run`, `send <from>`. */
  readonly asked: string[];
  /** Ends what runs, as a link that is cut does. */
  cut(): void;
}

export function localConnection(host = "web-1"): LocalConnection {
  const asked: string[] = [];
  const running = new Set<ReturnType<typeof spawn>>();
  return {
    host,
    asked,
    cut: () => {
      for (const child of running) child.kill("SIGKILL");
    },
    async run([program = "", ...words], { input = "" }) {
      asked.push("run");
      const child = spawn(program, words, { stdio: "pipe" });
      child.stdin.on("error", () => undefined); // it may end before it has read its input
      child.stdin.end(input);
      const [stdout, stderr, exitCode] = await Promise.all([
        text(child.stdout),
        text(child.stderr),
        new Promise<number | null>((resolve) => child.once("close", resolve)),
      ]);
      return { exitCode, stdout, stderr };
    },
    async open([program = "", ...words], signal) {
      asked.push("open");
      const child = spawn(program, words, { stdio: "pipe", signal });
      running.add(child);
      child.once("error", () => undefined);
      const stream = Duplex.from({ writable: child.stdin, readable: child.stdout });
      stream.on("error", () => undefined);
      const stderr = text(child.stderr);
      const closed = new Promise<number | null>((resolve) => child.once("close", resolve));
      const ended = closed.then(async (exitCode) => {
        running.delete(child);
        return { exitCode, stderr: await stderr };
      });
      return { stream, ended };
    },
    async send(transfer) {
      asked.push(`send ${transfer.from}`);
      return sendHere(transfer);
    },
    async receive({ from, to }) {
      asked.push(`receive ${from}`);
      await sendHere({ from, to });
    },
    terminalCommand: (command) => command,
    plainCommand: (command) => command,
    close: async () => {},
    end: async () => {},
  };
}

async function sendHere({ from, to, linkTo = [], only }: Omit<Transfer, "timeoutMs">) {
  const args = [
    "-rlpt",
    "--out-format=%i %b",
    ...linkTo.map((one) => `--link-dest=${one}`),
    ...(only === undefined ? [] : ["--from0", "--files-from=-"]),
  ];
  const sending = execute("rsync", [...args, from, to]);
  // Whether all went well is told by its exit code: one that ended early has left this unread.
  sending.child.stdin?.on("error", () => {}).end((only ?? []).join("\0"));
  const { stdout } = await sending;
  const sent = stdout.split("\n").flatMap((line) => /^[<>]f\S* (\d+)$/.exec(line)?.[1] ?? []);
  return { files: sent.length, sentBytes: sent.reduce((sum, bytes) => sum + Number(bytes), 0) };
}
