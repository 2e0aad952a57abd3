import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { checkOut } from "../../artifacts/check-out.ts";
import { digestFolder } from "../../artifacts/folder-digest.ts";
import {
  localBuilder,
  nameArtifact,
  namesAtRunTime,
  outdated,
  type LocalBuilderParts,
} from "../../artifacts/local-builder.ts";
import { requireNpm } from "../../artifacts/npm.ts";
import type { RuntimeChoice } from "../../artifacts/runtime.ts";
import { tempName } from "../../artifacts/temp-name.ts";
import type { Workshop } from "../../artifacts/workshop.ts";
import type { RuntimeRequest } from "../../project/project.ts";
import type { Builder } from "../../release/world.ts";
import { fetchArtifact } from "../agent/fetch-artifact.ts";
import type { Callable } from "../agent/remote-port.ts";
import type { MachinePaths } from "../environment-paths.ts";
import type { Connection } from "../ssh/connection.ts";
import type { BuildPort, TellBuild } from "./build-port.ts";
import { npmFolder } from "./npm-of-deployer.ts";

export interface HostBuilderParts extends LocalBuilderParts {
  readonly connection: Pick<Connection, "host" | "send" | "receive">;
  readonly port: Callable<BuildPort>;
  /** cozy's folders on the host. */
  readonly there: MachinePaths;
}

export interface HostBuilder extends Builder {
  /** Which runtime a request comes to on the host. */
  readonly choose: (request: RuntimeRequest, workshop: Workshop) => Promise<RuntimeChoice>;
}

const transferMs = 30 * 60_000;

/** Builds artifacts on a host, and brings each to this machine, from which it goes to the hosts that serve it. */
export function hostBuilder(parts: HostBuilderParts): HostBuilder {
  const { project, machine, env, now, connection, port, there } = parts;
  const { app } = project;
  const choose = async (request: RuntimeRequest, { signal }: Workshop): Promise<RuntimeChoice> =>
    port.choose(request, await bringNpm(parts, request, signal), signal);
  return {
    ...localBuilder(parts),
    choose,

    async build({ key, commit }, progress, signal) {
      const workshop: Workshop = { machine, env, now, signal };
      const secrets = await parts.secrets();
      const { source, key: found } = await nameArtifact({ project, ref: commit, secrets }, workshop, choose);
      if (found !== key) throw outdated(commit);
      const npm = await bringNpm(parts, app.runtime, signal);
      const { folder: room } = await port.makeRoom(key, signal);
      progress.step(`sending commit ${commit.slice(0, 7)} to ${connection.host}`);
      const digest = await sendSource(parts, source, room, signal);
      const tell: TellBuild = (kind, text) => {
        if (kind === "step") progress.step(text);
        else progress.output(kind, text);
      };
      const order = { key, npm, room, digest, source, app, secrets, ...namesAtRunTime(project) };
      const built = await port.build(order, tell, signal);
      progress.step(`fetching the artifact from ${connection.host}`);
      return fetchArtifact(built, { machine, there, connection, now }, signal);
    },
  };
}

/** Gives the digest of what was sent. */
async function sendSource(
  { machine, connection }: HostBuilderParts,
  source: Parameters<typeof checkOut>[0],
  room: string,
  signal: AbortSignal,
): Promise<string> {
  await mkdir(machine.artifacts, { recursive: true });
  const temp = tempName(join(machine.artifacts, source.tree));
  try {
    await checkOut(source, temp, signal);
    await connection.send({ from: `${temp}/`, to: `${room}/app/`, timeoutMs: transferMs }, signal);
    return await digestFolder(temp, [], signal);
  } finally {
    await rm(temp, { recursive: true, force: true });
  }
}

/** A server has no npm as a rule, and gets the deployer's. Gives its name, where it may be needed. */
async function bringNpm(
  { env, connection, port }: HostBuilderParts,
  { engine }: RuntimeRequest,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (engine !== "node") return undefined;
  await requireNpm(env);
  const npm = await npmFolder(env);
  if (npm === undefined) return undefined;
  const { name, folder } = npm;
  const room = await port.lookForNpm(name, signal);
  if (room === "there") return name;
  const to = `${room.folder}/package/`;
  await connection.send({ from: `${folder}/`, to, timeoutMs: transferMs }, signal);
  await port.takeNpm({ name, folder: room.folder, digest: await digestFolder(folder, [], signal) }, signal);
  return name;
}
