import { execFile } from "node:child_process";
import { appendFile, cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { deploy, sixOperations, thingsIn } from "./testing/deployer.ts";

const ids = sixOperations.phases.flatMap((phase) => phase.operations.map(({ id }) => id));
const everything = ids.flatMap((id) => [`${id}.1`, `${id}.2`]).toSorted();
const folders: string[] = [];

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

describe("a deployer killed with SIGKILL", () => {
  const kills = ids.flatMap((id) => ["before", "in", "after", "recorded"].map((point) => ({ id, point })));

  it.concurrent.each(kills)("$point $id: another process resumes or aborts it", async ({ id, point }) => {
    const folder = await killedIn(await newFolder(), "run", point, id);
    const copy = await newFolder();
    await cp(folder, copy, { recursive: true });

    expect(await deploy({ folder, command: "resume" })).toMatchObject({
      outcome: "committed",
      error: undefined,
    });
    expect(await thingsIn(folder)).toEqual(everything);
    // On the other host of the first phase an effect may have fallen before the kill too, unrecorded.
    const again = (await effectsOf(folder)).filter((effect, index, all) => effect === all[index + 1]);
    expect(again.filter((effect) => !effect.startsWith("a@") || effect === id)).toEqual(
      point === "after" ? [id] : [],
    );
    expect(await deploy({ folder, command: "resume" })).toBeUndefined();

    const aborted = await deploy({ folder: copy, command: "abort" }).catch((error: unknown) => error);
    expect(aborted).toMatchObject(id === "e@1" ? { code: "already-committed" } : { outcome: "undone" });
    expect((await thingsIn(copy)).length > 0).toBe(id === "e@1");
  });

  it.concurrent.each(["undo-before", "undo-after", "undo-recorded"])(
    "while it aborts (%s): a second abort ends it, and so does a resume",
    async (point) => {
      for (const command of ["abort", "resume"] as const) {
        const folder = await killedIn(await newFolder(), "run", "after", "c@1");
        await killedIn(folder, "abort", point, "b@1");
        expect(await deploy({ folder, command })).toMatchObject({ error: undefined });
        expect(await thingsIn(folder)).toEqual(command === "abort" ? [] : everything);
      }
    },
  );

  it("in the middle of an append: the torn line is dropped and told, and nothing else is", async () => {
    const folder = await killedIn(await newFolder(), "run", "recorded", "b@1");
    const path = await journalIn(folder);
    await appendFile(path, '{"at":17');
    expect(await deploy({ folder, command: "resume" })).toMatchObject({ outcome: "committed" });
    const text = await readFile(path, "utf8");
    expect(text).toContain("had been cut off in the middle of a write (8 bytes)");
    expect(text).not.toContain('{"at":17{');
  });

  it("leaves a journal damaged elsewhere as it is, and says where", async () => {
    const folder = await killedIn(await newFolder(), "run", "recorded", "b@1");
    const path = await journalIn(folder);
    const damaged = (await readFile(path, "utf8")).replace('"event":"done"', '"event":"dome"');
    await writeFile(path, damaged);
    const refused = await deploy({ folder, command: "resume" }).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: "journal-damaged",
      message: expect.stringMatching(/at line \d: /),
    });
    expect(await readFile(path, "utf8")).toBe(damaged);
  });
});

async function killedIn(folder: string, command: string, point: string, id: string): Promise<string> {
  const program = join(import.meta.dirname, "testing", "deployer.ts");
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const child = execFile(process.execPath, [program, folder, command, point, id], { timeout: 45_000 });
  child.on("exit", (_code, signal) => resolve(signal ?? undefined));
  expect(await promise).toBe("SIGKILL");
  return folder;
}

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cozy-engine-"));
  folders.push(folder);
  return folder;
}

async function journalIn(folder: string): Promise<string> {
  const names = await readdir(join(folder, "journals"));
  const name = names.find((name) => name.endsWith(".jsonl"));
  if (name === undefined) throw new Error("there is no journal");
  return join(folder, "journals", name);
}

async function effectsOf(folder: string): Promise<string[]> {
  return (await readFile(join(folder, "effects.log"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => line.replace("run ", ""))
    .toSorted();
}
