import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../artifacts/testing.ts";
import { processType, sampleProject } from "../release/testing.ts";
import { nodeStack } from "./node-stack.ts";
import { npmFaults } from "./npm-faults.ts";
import { npmWarnings } from "./npm-warnings.ts";
import type { BuildSite } from "./stack.ts";

const { app } = sampleProject({
  processes: { web: processType(["npm", "start"], 1), worker: processType(["npm", "run", "wrk"], 1) },
  migrate: ["npx", "prisma", "migrate", "deploy"],
  seed: ["npm", "install"],
  smoke: [{ kind: "command", command: ["npx", "check@2"], withinMs: 1_000 }],
  static: undefined,
});
const pkg = { name: "shop", version: undefined, scripts: { start: "node web.js", work: "node work.js" } };

describe("commands that ask npm for what a release can't do", () => {
  it("are told all at once, with their places", () => {
    expect(npmFaults(app, pkg, () => false).map(({ of, why }) => `${of}: ${why}`)).toEqual([
      "processes.worker: package.json has no script wrk: it has start, work",
      "migrate: prisma is no program of its `dependencies`, and a release has no others",
      "seed: npm install is nothing that a release can do: all that it has is in its artifact",
      "smoke[0]: check@2 is fetched when it is asked for, and a release has only what its lock file names",
    ]);
    expect(npmFaults({ ...app, seed: undefined, smoke: [] }, pkg).map(({ of }) => of)).toEqual([
      "processes.worker",
    ]);
  });

  it("fail a build before anything serves, and are warned of by the package.json that lies there", async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, "package.json"), JSON.stringify(pkg));
    const bin = join(folder, "tree", "node_modules", ".bin");
    await mkdir(bin, { recursive: true });
    await writeFile(join(bin, "prisma"), "");
    // oxlint-disable-next-line no-unsafe-type-assertion -- the rest of a build is not looked at here
    const site = { app, folder } as BuildSite;
    const trees = { build: undefined, run: { hash: "h", folder: join(folder, "tree") } };
    // oxlint-disable-next-line no-unsafe-type-assertion -- nor is its runtime
    const build = () => nodeStack.complete(site, undefined as never, trees as never);
    await expect(build()).rejects.toMatchObject({
      code: "npm-in-release",
      message:
        "`npm run wrk` (processes.worker) can't be run in a release: package.json has no script wrk: it has start, work.",
      details: [expect.stringContaining("(seed)"), expect.stringContaining("(smoke[0])")],
    });
    const project = { ...sampleProject(), root: folder, app: { ...app, folder: "." } };
    expect(await npmWarnings(project)).toEqual([
      "app.processes.worker is `npm run wrk`, which a release can't run: package.json has no script wrk: it has start, work",
      expect.stringContaining("app.seed is `npm install`"),
      expect.stringContaining("app.smoke[0] is"),
    ]);
  });
});
