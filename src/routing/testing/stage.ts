import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { AccessLine } from "../access-line.ts";
import { ensureProofToken } from "../proof-token.ts";
import { inFlight, proxyState } from "../proxy-control.ts";
import {
  proxySettings,
  writeProxySettings,
  type ProxySettingsFile,
  type ProxySettingsInput,
} from "../proxy-settings.ts";
import type { Share } from "../route-table.ts";
import { spread } from "../spread.ts";
import { nextTableNumber, putIntoForce, readRoutes, writeTable } from "../table-files.ts";

const here = fileURLToPath(new URL(".", import.meta.url));
export const proxyEntry = join(here, "..", "proxy", "main.ts");

/** A run folder with real instances and a real proxy in front of them; `dispose` ends every process by its pid. */
export class Stage {
  readonly folder: string;
  readonly run: string;
  settings: ProxySettingsFile;
  readonly #processes = new Set<ChildProcess>();
  readonly #pids = new Set<number>();
  /** What the proxy said on stderr. */
  readonly output: string[] = [];
  /** What the instances said. */
  readonly instanceOutput: string[] = [];

  static async open(input: Partial<ProxySettingsInput> = {}): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), "cp-"));
    const run = join(folder, "run");
    await mkdir(run);
    await ensureProofToken(join(folder, "token"));
    return new Stage(folder, run, input);
  }

  private constructor(folder: string, run: string, input: Partial<ProxySettingsInput>) {
    this.folder = folder;
    this.run = run;
    this.settings = proxySettings({
      address: "127.0.0.1",
      port: 0,
      runFolder: run,
      realRunFolder: run,
      controlSocket: join(run, "proxy", "control.sock"),
      proofTokenFile: join(folder, "token"),
      accessLog: { file: join(folder, "access.log") },
      ...input,
    });
  }

  get settingsFile(): string {
    return join(this.folder, "proxy.json");
  }

  socket(release: string, index = 0): string {
    return join(this.run, release, `web.${index}.sock`);
  }

  /** Starts an instance that answers with `<release>/<index>`. */
  async instance(release: string, index = 0): Promise<ChildProcess> {
    const socket = this.socket(release, index);
    await mkdir(dirname(socket), { recursive: true });
    await rm(socket, { force: true });
    const child = spawn(
      process.execPath,
      [join(here, "instance-process.ts"), socket, `${release}/${index}`],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    this.#processes.add(child);
    child.stdout
      .setEncoding("utf8")
      .on("data", (text: string) => this.instanceOutput.push(...text.trim().split("\n")));
    await once(child.stdout, "data");
    return child;
  }

  /** Puts a table into force and gives its number. */
  async route(...shares: Share[]): Promise<number> {
    const before = await readRoutes(this.run).catch(() => undefined);
    const number = await nextTableNumber(this.run);
    await writeTable(this.run, { format: 1, number, sockets: spread(shares, before?.sockets) });
    await putIntoForce(this.run, number, Date.now());
    return number;
  }

  async routeTo(release: string, instances = 1): Promise<number> {
    const sockets = Array.from({ length: instances }, (_, index) => this.socket(release, index));
    return await this.route({ hundredths: 100, sockets });
  }

  /** Starts the proxy and waits until it answers; `url` is then known. */
  async proxy(command: readonly string[] = this.command): Promise<ChildProcess> {
    await writeProxySettings(this.settingsFile, this.settings);
    const [program = "", ...args] = command;
    const child = spawn(program, args, { stdio: ["ignore", "inherit", "pipe"] });
    this.#processes.add(child);
    child.stderr
      ?.setEncoding("utf8")
      .on("data", (text: string) => this.output.push(...text.trim().split("\n")));
    await until(async () => (await this.state()).pid === child.pid || child.exitCode !== null);
    // A proxy that takes over later must find the same port in the settings.
    this.port = (await this.state()).port;
    return child;
  }

  get command(): string[] {
    return [process.execPath, proxyEntry, this.settingsFile];
  }

  port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async state() {
    const state = await proxyState(this.settings.controlSocket, AbortSignal.timeout(15_000));
    this.#pids.add(state.pid);
    return state;
  }

  async inFlight(release: string, index = 0) {
    const all = await inFlight(this.settings.controlSocket, AbortSignal.timeout(15_000));
    return all[this.socket(release, index)] ?? { requests: 0, streams: 0 };
  }

  async allInFlight() {
    const all = Object.values(await inFlight(this.settings.controlSocket, AbortSignal.timeout(15_000)));
    const sum = (of: (one: (typeof all)[number]) => number) => all.reduce((total, one) => total + of(one), 0);
    return { requests: sum((one) => one.requests), streams: sum((one) => one.streams) };
  }

  async table() {
    const table = await readRoutes(this.run);
    if (!table) throw new Error("There is no table.");
    return table;
  }

  /** Resident memory; Linux only. */
  async rssBytes(pid: number): Promise<number> {
    const pages = (await readFile(`/proc/${pid}/statm`, "utf8")).split(" ")[1];
    return Number(pages) * 4096;
  }

  /** The access log, once it holds what is waited for: the proxy writes its lines a moment after the answers. */
  async log(
    holds: (lines: readonly AccessLine[]) => boolean = (lines) => lines.length > 0,
  ): Promise<AccessLine[]> {
    let lines: AccessLine[] = [];
    await until(async () => {
      const text = await readFile(this.settings.accessLog.file, "utf8");
      lines = text
        .split("\n")
        .filter((line) => line !== "")
        .map((line): AccessLine => JSON.parse(line));
      return holds(lines);
    });
    return lines;
  }

  /** The newest line of a path. */
  async lineOf(path: string): Promise<AccessLine | undefined> {
    const lines = await this.log((all) => all.some((line) => line.path === path));
    return lines.findLast((line) => line.path === path);
  }

  async dispose(): Promise<void> {
    await this.state().catch(() => {});
    for (const child of this.#processes) {
      if (child.exitCode === null && child.signalCode === null) {
        const ended = once(child, "exit");
        child.kill("SIGKILL");
        await ended;
      }
    }
    for (const pid of this.#pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended already.
      }
    }
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Waits until something holds, 30 s at most; what throws does not hold yet. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  let last: unknown;
  while (performance.now() < deadline) {
    try {
      if (await holds()) return;
      last = undefined;
    } catch (error) {
      last = error;
    }
    await setTimeout(10);
  }
  throw new Error("It did not come about within 30 s.", { cause: last });
}
