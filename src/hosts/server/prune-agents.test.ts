import { mkdir, readdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tempFolder } from "../../artifacts/testing.ts";
import { pruneAgents } from "./prune-agents.ts";
import { unusedAgents } from "./unused-agents.ts";

const dayMs = 24 * 3_600_000;

describe("agents that are removed", () => {
  it("are never any that something names, that are new, or that are among the newest of their kind", () => {
    const name = fc.stringMatching(/^[0-9a-f]{16}$/);
    const agent = fc.record({ name, kind: fc.constantFrom("cozy", "host", "node"), at: fc.nat(20 * dayMs) });
    const kept = fc.uniqueArray(agent, { selector: (one) => one.name, maxLength: 12 });
    fc.assert(
      fc.property(kept, fc.array(fc.nat(11), { maxLength: 4 }), (all, named) => {
        const texts = named.map((nth) => `ExecStart=/agents/node-1 /agents/${all[nth]?.name}/host.mjs`);
        const now = 20 * dayMs;
        const removed = new Set(unusedAgents({ kept: all, folder: "/agents", texts, now }));
        const wrong = all.filter((one) => {
          const newer = all.filter(({ kind, at }) => kind === one.kind && at > one.at).length;
          const isNamed = texts.some((text) => text.includes(`/${one.name}/`));
          const stays = isNamed || now - one.at <= dayMs || newer + sameTime(all, one) < 3;
          // Where others came at the same moment, either is right.
          return stays ? removed.has(one.name) : newer >= 3 && !removed.has(one.name);
        });
        expect(wrong).toEqual([]);
      }),
    );
  });

  it("are looked for in units, in what instances of every environment are started with, and in all that runs", async () => {
    const home = await tempFolder();
    const agents = join(home, "agents");
    const outside = { units: join(home, "units"), processes: join(home, "proc") };
    const lay = async (path: string, text: string) => {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, text);
    };
    for (const name of ["c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8"]) {
      await lay(join(agents, name, "cozy.mjs"), "");
      await lay(join(agents, name, "compiled", "x"), "");
      await setTimeout(10); // a file system tells times apart by some milliseconds
    }
    await lay(join(agents, "node-22"), "");
    await lay(join(agents, ".incoming-1"), "");
    await lay(join(outside.units, "one.service"), `ExecStart=${agents}/node-22 ${agents}/c1/cozy.mjs\n`);
    await lay(
      join(home, "environments", "other-live", "instances", "web@r1.0", "start"),
      `exec ${agents}/c2/relay.mjs\n`,
    );
    await lay(join(outside.processes, "17", "cmdline"), `${agents}/node-22\0${agents}/c3/cozy.mjs\0`);
    await lay(join(outside.processes, "18", "cmdline"), "");
    await symlink(join(agents, "c4", "node"), join(outside.processes, "18", "exe"));
    const later = Date.now() + 2 * dayMs;
    expect(await pruneAgents({ home, agents }, Date.now(), outside)).toEqual([]);
    // Three stay because they came last.
    const removed = await pruneAgents({ home, agents }, later, outside);
    expect(removed).toEqual(["c5"]);
    expect(await readdir(agents)).toEqual([
      ".incoming-1",
      "c1",
      "c2",
      "c3",
      "c4",
      "c6",
      "c7",
      "c8",
      "node-22",
    ]);
    expect(await pruneAgents({ home, agents: join(home, "none") }, later, outside)).toEqual([]);
  });
});

/** Of those that came at one moment, any may count as newer. */
function sameTime(
  all: readonly { name: string; kind: string; at: number }[],
  one: (typeof all)[number],
): number {
  return all.filter(({ name, kind, at }) => name !== one.name && kind === one.kind && at === one.at).length;
}
