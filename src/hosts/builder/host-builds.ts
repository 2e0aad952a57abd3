import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { artifactKey } from "../../artifacts/artifact-key.ts";
import { findArtifact, verifyArtifact } from "../../artifacts/artifact-store.ts";
import { buildArtifact } from "../../artifacts/build-artifact.ts";
import { digestFolder } from "../../artifacts/folder-digest.ts";
import { outdated } from "../../artifacts/local-builder.ts";
import { findNpm, type Variables } from "../../artifacts/npm.ts";
import { sweepBuilders } from "../../artifacts/prune.ts";
import { chooseRuntime } from "../../artifacts/runtime.ts";
import { tempName } from "../../artifacts/temp-name.ts";
import { toolsOf } from "../../artifacts/tools-folder.ts";
import type { Workshop } from "../../artifacts/workshop.ts";
import { CozyError, systemCode } from "../../errors/cozy-error.ts";
import { dayMs } from "../../shared/duration.ts";
import { wholeArtifact, type WholeArtifact } from "../agent/whole-artifact.ts";
import type { MachinePaths } from "../environment-paths.ts";
import { pruneHost } from "../server/prune-host.ts";
import type { BuildOrder, BuildPort } from "./build-port.ts";
import { keepNpm, keptNpm, withNpm } from "./npm-of-deployer.ts";

export interface HostBuildsParts {
  readonly machine: MachinePaths;
  /** Of the user that deploys, on this host. */
  readonly env: Variables;
  readonly now: () => number;
}

/** How long what was built stays for the next build, where no release of this host needs it. */
const keptForMs = 7 * dayMs;

/** Builds on the machine that this code runs on, in cozy's folders there. What a killed deployer has left is swept by the next one. */
export function hostBuilds({ machine, env, now }: HostBuildsParts): BuildPort {
  const workshop = (npm: string | undefined, signal: AbortSignal): Workshop => ({
    machine,
    env: withNpm(env, machine, npm),
    now,
    signal,
  });
  return {
    async lookForNpm(name) {
      const place = keptNpm(machine, name);
      if ((await findNpm(env)) !== undefined || (await isThere(place))) return "there";
      await mkdir(toolsOf(machine), { recursive: true });
      const folder = tempName(place);
      await mkdir(folder);
      return { folder };
    },

    async takeNpm({ name, folder, digest }, signal) {
      try {
        if ((await digestFolder(join(folder, "package"), [], signal)) !== digest) throw damaged(name);
        await keepNpm(folder, keptNpm(machine, name));
      } catch (error) {
        // Another deployer was first with the very same.
        if (systemCode(error) !== "ENOTEMPTY" && systemCode(error) !== "EEXIST") throw error;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },

    choose: (request, npm, signal) => chooseRuntime(request, workshop(npm, signal)),

    async makeRoom(key) {
      await mkdir(machine.artifacts, { recursive: true });
      await sweepBuilders(machine);
      const folder = tempName(join(machine.artifacts, key));
      await mkdir(folder);
      return { folder };
    },

    async build(order, tell, signal) {
      try {
        return await build(order, {
          ...workshop(order.npm, signal),
          onStep: (text) => tell("step", text),
          onOutput: tell,
        });
      } finally {
        await rm(order.room, { recursive: true, force: true });
        await pruneHost(machine, now(), keptForMs);
      }
    },
  };
}

async function build(order: BuildOrder, workshop: Workshop): Promise<WholeArtifact> {
  const { key, room, digest, source, app, secrets, runTimeNames, addressNames } = order;
  const { machine, signal } = workshop;
  const checkedOut = join(room, "app");
  if ((await digestFolder(checkedOut, [], signal)) !== digest) throw damaged("The application");
  const runtime = await chooseRuntime(app.runtime, workshop);
  if (artifactKey({ source, app, secrets, runtime }) !== key) throw outdated(source.commit);
  const found = await findArtifact(machine, key);
  // One that is there may have been damaged since.
  if (found !== undefined) await verifyArtifact(machine, found, signal);
  const request = { source, app, secrets, runtime, runTimeNames, checkedOut };
  const { id } = await buildArtifact({ ...request, ...(addressNames && { addressNames }) }, workshop);
  return wholeArtifact(machine, id, signal);
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

function damaged(what: string): CozyError {
  return new CozyError("upload-damaged", {
    message: `${what} did not arrive as it was sent: its content is another.`,
    state: "It was removed on arrival; nothing else was changed.",
    next: "Run the same command again.",
  });
}
