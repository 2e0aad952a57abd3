import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../artifacts/testing.ts";
import type { Platform } from "../../artifacts/platform.ts";
import type { Connection } from "../ssh/connection.ts";
import { platformScript } from "./host-platform.ts";
import { installAgent } from "./install-agent.ts";
import { localConnection } from "./testing/local-connection.ts";

const within = () => AbortSignal.timeout(20_000);

/** A host that says that it is another machine than it is. */
function hostOf(said: string): Connection {
  const connection = localConnection();
  return {
    ...connection,
    async run(command, options, signal) {
      if (command.includes(platformScript)) return { exitCode: 0, stdout: said, stderr: "" };
      return connection.run(command, options, signal);
    },
  };
}

/** Gives what lies on the host in the place of the Node, and the platforms that one was asked for. */
async function installedOn(said: string) {
  const folder = await tempFolder();
  const there = join(folder, "there");
  await mkdir(join(folder, "here"));
  const nodeNamed = async (name: string) => {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\necho ${name}\n`);
    await chmod(file, 0o755);
    return file;
  };
  const asked: Platform[] = [];
  const source = {
    bundle: { hash: "aaaa", files: { "host.mjs": Buffer.from("") } },
    node: { id: "node-24-own", file: await nodeNamed("own") },
    nodeFor: async (platform: Platform) => {
      asked.push(platform);
      return nodeNamed("foreign");
    },
    agents: join(folder, "here"),
  };
  await installAgent({ folder: there, source }, hostOf(said), { node: true }, within());
  return { node: await readFile(join(there, "node-24-own"), "utf8"), asked };
}

describe("the Node of an agent", () => {
  it("is one for the host's platform, under the name of the deployer's own", async () => {
    const arch = process.arch === "arm64" ? "x86_64" : "aarch64";
    const { node, asked } = await installedOn(`Linux\n${arch}\n`);
    expect(node).toContain("foreign");
    expect(asked).toEqual([{ os: "linux", arch: arch === "aarch64" ? "arm64" : "x64", libc: "glibc" }]);
  });

  it("is the deployer's own where nothing better is known", async () => {
    const { node, asked } = await installedOn("FreeBSD\namd64\n");
    expect(node).toContain("own");
    expect(asked).toEqual([]);
  });
});
