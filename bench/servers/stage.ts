import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createExampleFleet, type ExampleFleet } from "../../test/support/example-fleet.ts";
import { replaced } from "../../test/support/example-sandbox.ts";
import { applicationVariables, peerHostScript, sourceScript, variablesText } from "./peer-host.ts";

const run = promisify(execFile);

/** The hosts that all contestants deploy to in turn, and what the peers need on this machine. */
export interface Stage {
  readonly fleet: ExampleFleet;
  /** The project, which is also the checkout that peers deploy from. */
  readonly project: string;
  /** Addresses of the hosts that serve. */
  readonly hosts: readonly string[];
  /** A folder for the peers' own files. */
  readonly folder: string;
  /** Options of `ssh` that let root in with the lab's key. */
  readonly ssh: readonly string[];
  /** Where hosts get the source from, for those that fetch it themselves. */
  readonly repository: string;
  /** A program in the project's folder; a failure ends the bench. */
  tool(program: string, args: readonly string[], more?: ToolOptions): Promise<string>;
  /** A script on every host that serves, as root. */
  everywhere(script: string): Promise<void>;
  /** Commits a change of one line, puts it where hosts fetch from, and gives the commit. */
  change(): Promise<string>;
  /** The same with files of the caller's. */
  commit(files: Readonly<Record<string, string>>): Promise<string>;
  /** A file of the project. */
  read(file: string): Promise<string>;
  dispose(): Promise<void>;
}

export interface ToolOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The port of the peers' site; cozy's has 80. */
export const peerPort = 8080;

const minutesMs = 15 * 60_000;

export async function openStage(hosts: number): Promise<Stage> {
  const fleet = await createExampleFleet({
    example: "cozywish-django",
    hosts,
    data: "servers",
    targetMore: `openPorts: [${peerPort}]`,
    appMore: 'persist: ["media"],',
    changed: sameWork,
  });
  try {
    return await furnished(fleet);
  } catch (error) {
    await fleet.dispose();
    throw error;
  }
}

/** What all of them do: one service that answers requests, started anew. No worker, no schedule, and no check but that it is ready. */
function sameWork(config: string): string {
  const noWorker = replaced(config, / {6}worker: \{[\s\S]*?\n {6}\},\n/, "");
  const noSchedule = replaced(noWorker, / {4}schedules: .*\n/, "");
  return replaced(noSchedule, / {4}smoke: \[[\s\S]*?\n {4}\],\n/, "");
}

/** What only an older Python than this machine's may need: the hosts' is Debian's. */
async function namedFor(requirements: string): Promise<string[]> {
  const lines = (await readFile(requirements, "utf8")).split("\n");
  return lines.flatMap((line) => /^(\S+==\S+) ; python_(?:full_)?version </.exec(line)?.[1] ?? []);
}

async function furnished(fleet: ExampleFleet): Promise<Stage> {
  const { lab, project, env } = fleet;
  const folder = join(project, "..", "peers");
  const wheels = join(folder, "wheels");
  await mkdir(wheels, { recursive: true });
  const ssh = ["-i", lab.keyFile, "-o", `UserKnownHostsFile=${lab.knownHostsFile}`, "-o", "LogLevel=ERROR"];
  const hosts = fleet.urls.map((url) => new URL(url).hostname);
  const data = lab.hosts.find(({ name }) => name === "data")?.address ?? "";
  const tool: Stage["tool"] = async (program, args, more = {}) => {
    const options = {
      cwd: more.cwd ?? project,
      env: { ...env, ...more.env },
      timeout: minutesMs,
      maxBuffer: 64e6,
    };
    return (await run(program, [...args], options)).stdout;
  };
  const on = async (address: string, script: string) =>
    tool("ssh", [...ssh, `root@${address}`, `/bin/sh -s <<'END'\n${script}\nEND\n`]);
  const everywhere = async (script: string) => {
    await Promise.all(hosts.map((host) => on(host, script)));
  };

  // Packages come from a folder on each host, so that nobody's time hangs on the network of the day.
  const download = ["-m", "pip", "download", "--quiet", "--dest", wheels];
  await tool("python3", [...download, "-r", "requirements.txt", "--require-hashes"]);
  const olderToo = await namedFor(join(project, "requirements.txt"));
  if (olderToo.length > 0) await tool("python3", [...download, "--no-deps", ...olderToo]);
  const send = ["-a", "--delete", "-e", ["ssh", ...ssh].join(" "), `${wheels}/`];
  await Promise.all(hosts.map((host) => tool("rsync", [...send, `root@${host}:/srv/wheels/`])));
  const environmentFile = join(folder, "cozywish.env");
  await writeFile(environmentFile, variablesText(applicationVariables(env, hosts, data)));
  const sendVariables = ["-e", ["ssh", ...ssh].join(" "), environmentFile];
  await Promise.all(hosts.map((host) => tool("rsync", [...sendVariables, `root@${host}:/etc/cozywish.env`])));
  await everywhere(peerHostScript(peerPort));

  await on(data, sourceScript);
  await fleet.on("data", "cd / && runuser -u postgres -- psql -qc 'create database peers owner cozywish'");
  const push = async () => {
    const gitSsh = { GIT_SSH_COMMAND: ["ssh", ...ssh].join(" ") };
    await tool("git", ["push", "-q", "-f", `ssh://root@${data}/srv/app.git`, "HEAD:refs/heads/main"], {
      env: gitSsh,
    });
  };
  await fleet.commit({ ".gitignore": "node_modules\n.venv\n__pycache__\nstaticfiles\n.cozy/\n" });
  await push();
  const commit: Stage["commit"] = async (files) => {
    const made = await fleet.commit(files);
    await push();
    return made;
  };
  let changes = 0;
  return {
    fleet,
    project,
    hosts,
    folder,
    ssh,
    repository: `git://${data}/app.git`,
    tool,
    everywhere,
    async change() {
      changes += 1;
      return commit({ "common/version.py": `VERSION = ${changes}\n` });
    },
    commit,
    read: (file) => readFile(join(project, file), "utf8"),
    async dispose() {
      await rm(folder, { recursive: true, force: true });
      await fleet.dispose();
    },
  };
}
