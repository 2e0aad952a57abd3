import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localConnection } from "./agent/testing/local-connection.ts";
import { maintenanceOn, setMaintenance, type Maintenance } from "./maintenance.ts";
import type { Connection } from "./ssh/connection.ts";

const file = "/the/file";
const wanted: Maintenance = { format: 1, since: 5, who: "anna on laptop", message: "the database moves" };
const signal = new AbortController().signal;

let folder: string;
let hosts: readonly Connection[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-maintenance-"));
  hosts = await Promise.all(["web-1", "web-2", "web-3"].map(hostIn));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

/** A host with a folder of its own, where the file lies. */
async function hostIn(name: string): Promise<Connection> {
  await mkdir(join(folder, name));
  const local = localConnection(name);
  return {
    ...local,
    run: (command, options, within) =>
      local.run(
        command.map((word) => (word === file ? join(folder, name, "maintenance") : word)),
        options,
        within,
      ),
  };
}

async function closed(): Promise<readonly string[]> {
  const states = await maintenanceOn(hosts, file, signal);
  return states.flatMap(({ host, maintenance }) => (maintenance === null ? [] : [host]));
}

describe("setMaintenance", () => {
  it("closes all hosts, and opens them, as often as it is asked", async () => {
    const before = await maintenanceOn(hosts, file, signal);
    for (let round = 0; round < 2; round += 1) await setMaintenance(hosts, { file, before, wanted }, signal);
    const states = await maintenanceOn(hosts, file, signal);
    const { since, who, message } = wanted;
    expect(states).toEqual(hosts.map(({ host }) => ({ host, maintenance: { since, who, message } })));
    expect(await readdir(join(folder, "web-1"))).toEqual(["maintenance"]);
    for (let round = 0; round < 2; round += 1)
      await setMaintenance(hosts, { file, before: states, wanted: undefined }, signal);
    expect(await closed()).toEqual([]);
  });

  it("leaves every host as it was where one fails", async () => {
    await writeFile(join(folder, "web-1", "maintenance"), "");
    const before = await maintenanceOn(hosts, file, signal);
    const failing = hosts.map((host): Connection => {
      if (host.host !== "web-3") return host;
      return { ...host, run: async () => Promise.reject(new Error("the link is down")) };
    });
    await expect(setMaintenance(failing, { file, before, wanted }, signal)).rejects.toMatchObject({
      code: "maintenance-failed",
      message: "web-3 could not be closed: the link is down",
      state: "How it stands on web-3 is not known; the others are as they were before.",
    });
    expect(await closed()).toEqual(["web-1"]);
  });

  it("counts a file that somebody made by hand", async () => {
    await writeFile(join(folder, "web-2", "maintenance"), "");
    expect(await closed()).toEqual(["web-2"]);
  });
});
