import { execFile } from "node:child_process";
import { EventEmitter } from "node:events";
import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import { environmentSecrets } from "../secrets/age/open-secrets.ts";
import { person, type Person } from "../secrets/age/testing.ts";
import { runCommand } from "./run-command.ts";

let root = "";
let ann: Person;
let bob: Person;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "cozy-secrets-"));
  [ann, bob] = await Promise.all([person("ann"), person("bob")]);
  await writeFile(
    join(root, "cozy.config.mjs"),
    `const take = (...names) => Object.fromEntries(names.map((name) => [name, { from: "secrets" }]));
export default {
  name: "shop",
  app: { kind: "node", runtime: "24", processes: { web: "node server.js" } },
  environments: {
    staging: { target: { kind: "this-machine", port: 8080 }, variables: take("API_KEY", "MAIL_KEY") },
    production: { target: { kind: "this-machine", port: 8081 }, variables: take("API_KEY") },
  },
};
`,
  );
});
afterEach(() => rm(root, { recursive: true, force: true }));

interface Call {
  readonly by?: Person;
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What a command printed, or the error that it ended with. */
async function secrets(words: string, { by = ann, stdin = "", env = {} }: Call = {}): Promise<string> {
  let printed = "";
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      printed += chunk.toString();
      done();
    },
  });
  const never = new AbortController().signal;
  await runCommand(["secrets", ...words.split(" ")], {
    cwd: root,
    homeFolder: join(root, "home"),
    env: {
      COZY_AGE_IDENTITY: by.key,
      PATH: process.env["PATH"],
      CI: "1",
      GITHUB_ACTIONS: "true",
      GITHUB_ACTOR: "ann",
      ...env,
    },
    stdin: Readable.from(stdin === "" ? [] : [Buffer.from(stdin)]),
    stdout,
    stderr: stdout,
    now: () => Date.UTC(2026, 10, 28),
    signal: never,
    urgentSignal: never,
    takeSignals: () => new EventEmitter(),
    json: false,
    configPath: undefined,
    version: "0",
  });
  return printed;
}

async function failure(words: string, call: Call = {}): Promise<CozyError> {
  const thrown: unknown = await secrets(words, call).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (thrown instanceof CozyError) return thrown;
  throw new Error(`cozy secrets ${words} ended otherwise`, { cause: thrown });
}

const file = (environment: string): string => join(root, "secrets", `${environment}.encrypted`);
const recipients = (...people: readonly Person[]): Promise<void> =>
  writeFile(
    join(root, "secrets", "recipients"),
    people.map(({ recipient: { key, name } }) => `${key} ${name}\n`).join(""),
  );

/** A script that stands for a person at an editor. */
async function editor(script: string): Promise<string> {
  const path = join(root, "editor.mjs");
  await writeFile(
    path,
    `#!/usr/bin/env node\nimport * as fs from "node:fs";\nconst file = process.argv[2];\n${script}\n`,
  );
  await chmod(path, 0o755);
  return path;
}

describe("cozy secrets", () => {
  it("keeps a value that only recipients can read, and gives it back", async () => {
    expect(await secrets("init --name ann")).toContain(
      `Added ${ann.recipient.key} to secrets/recipients as ann`,
    );
    expect(await secrets("set staging API_KEY", { stdin: "s3cret value\n" })).toBe(
      "Set API_KEY in secrets/staging.encrypted, for ann to read; commit it.\n",
    );
    const text = await readFile(file("staging"), "utf8");
    expect(text).toContain("[API_KEY]\nset: 2026-11-28 by ann\n");
    expect(text).not.toContain("s3cret");
    expect((await stat(file("staging"))).mode & 0o777).toBe(0o644);
    expect(await secrets("get staging API_KEY")).toBe("s3cret value\n");
    expect(await failure("get staging API_KEY", { by: bob })).toMatchObject({
      code: "secrets-not-for-you",
      next: expect.stringContaining(`${bob.recipient.key} <name>`),
    });
    expect(await failure("get staging OTHER")).toMatchObject({
      code: "secret-unknown",
      details: ["They hold: API_KEY"],
    });
  });

  it("makes an identity where there is none, and adds it once", async () => {
    const env = { COZY_AGE_IDENTITY: join(root, "home", "mine") };
    expect(await secrets("init", { env })).toContain("Made your identity in");
    expect((await stat(env.COZY_AGE_IDENTITY)).mode & 0o777).toBe(0o600);
    expect(await secrets("init", { env })).toContain("secrets/recipients has its key already, as ann.");
    expect(await failure("init", { by: bob })).toMatchObject({
      message: expect.stringContaining('another key of "ann"'),
    });
  });

  it("takes no value from the command line, and none that is none", async () => {
    await secrets("init");
    for (const words of ["set staging API_KEY hunter2", "set staging API_KEY=hunter2"]) {
      const error = await failure(words);
      expect(error.message).toContain("every user of this machine sees it in `ps`");
      expect(JSON.stringify(error)).not.toContain("hunter2");
    }
    expect(await failure("set staging API_KEY")).toMatchObject({ code: "secret-invalid" });
    expect(await failure("set staging API_KEY", { stdin: "a\0b" })).toMatchObject({ code: "secret-invalid" });
    expect(await failure("set staging API-KEY", { stdin: "x" })).toMatchObject({ code: "secret-invalid" });
    expect(await readdir(join(root, "secrets"))).toEqual(["recipients"]);
  });

  it("tells which names are missing, which are too many, and never a value", async () => {
    await secrets("init");
    await secrets("set staging API_KEY", { stdin: "one" });
    await secrets("set staging OLD_KEY --generated");
    const listed = await secrets("list staging", { by: bob });
    expect(listed).toBe(
      [
        "API_KEY  set 2026-11-28 by ann",
        "OLD_KEY  set 2026-11-28 by ann  taken by nothing",
        "Missing: cozy secrets set staging MAIL_KEY",
        "Read by ann.",
        "",
      ].join("\n"),
    );
    expect(await secrets("diff staging declared")).toBe(
      [
        "staging takes MAIL_KEY from secrets/staging.encrypted, which does not hold it: cozy secrets set staging MAIL_KEY",
        "secrets/staging.encrypted holds OLD_KEY, which nothing in staging takes; if it is not for later: cozy secrets remove staging OLD_KEY",
        "",
      ].join("\n"),
    );
    expect(await secrets("remove staging OLD_KEY")).toContain("Git's history still has the values.");
    expect(await secrets("diff staging")).not.toContain("OLD_KEY");
  });

  it("compares two environments by equality alone", async () => {
    await secrets("init");
    for (const [where, value] of [
      ["staging API_KEY", "one"],
      ["production API_KEY", "one"],
      ["staging MAIL_KEY", "two"],
      ["production MAIL_KEY", "three"],
      ["production TLS_KEY", "four"],
    ] as const) {
      await secrets(`set ${where}`, { stdin: value });
    }
    expect(await secrets("diff staging production")).toBe(
      "API_KEY   the same value in both\nMAIL_KEY  a value of its own in each\nTLS_KEY   only in production\n",
    );
  });

  it("rotates to new recipients, keeps others out, and remembers what they have seen until it is changed", async () => {
    await secrets("init --name ann");
    await recipients(ann, bob);
    await secrets("set staging API_KEY", { stdin: "one" });
    await secrets("set staging MAIL_KEY", { stdin: "two" });
    const before = await readFile(file("staging"), "utf8");
    expect(await secrets("rotate")).toBe(
      "staging: all secrets are encrypted to today's recipients; nothing was changed.\n",
    );
    expect(await readFile(file("staging"), "utf8")).toBe(before);

    await recipients(ann);
    expect(await secrets("list staging")).toContain("encrypted to other recipients than today's");
    expect(await secrets("rotate")).toBe(
      [
        "staging: 2 secrets encrypted anew; bob can't any more. Commit it.",
        "  Somebody who is no recipient any more has seen these, and finds them in git's history. Give each a new value where it comes from, then:",
        "    cozy secrets set staging API_KEY",
        "    cozy secrets set staging MAIL_KEY",
        "",
      ].join("\n"),
    );
    expect(await failure("get staging API_KEY", { by: bob })).toMatchObject({ code: "secrets-not-for-you" });
    expect(await secrets("get staging API_KEY")).toBe("one\n");
    await secrets("set staging API_KEY", { stdin: "new" });
    const listed = await secrets("list staging");
    expect(listed).toContain("MAIL_KEY  set 2026-11-28 by ann  bob has seen it: needs a new value");
    expect(listed).not.toMatch(/API_KEY.*needs/);
    expect(await failure("rotate", { by: bob })).toMatchObject({ code: "secrets-not-for-you" });
  });

  it("opens all in an editor, and encrypts anew only what was changed", async () => {
    await secrets("init");
    await secrets("set staging API_KEY", { stdin: "one" });
    await secrets("set staging MAIL_KEY", { stdin: "two" });
    await secrets("set staging OLD_KEY", { stdin: "three" });
    const before = await readFile(file("staging"), "utf8");
    const notes = join(root, "notes.json");
    const EDITOR = await editor(`
      const text = fs.readFileSync(file, "utf8");
      const mode = (path) => fs.statSync(path).mode & 0o777;
      const place = file.slice(0, file.lastIndexOf("/"));
      fs.writeFileSync(${JSON.stringify(notes)}, JSON.stringify({ file, modes: [mode(file), mode(place)], key: process.env.COZY_AGE_IDENTITY ?? null }));
      fs.writeFileSync(file, text.replace("MAIL_KEY=two", "MAIL_KEY=<<END\\nline 1\\nline 2\\nEND\\nNEW_KEY=\\"quoted\\"").replace(/OLD_KEY=.*\\n/, ""));`);
    expect(await secrets("edit staging", { env: { EDITOR } })).toBe(
      "Set MAIL_KEY and NEW_KEY.\nRemoved OLD_KEY.\nCommit secrets/staging.encrypted.\n",
    );
    expect(await secrets("get staging MAIL_KEY")).toBe("line 1\nline 2\n");
    expect(await secrets("get staging NEW_KEY")).toBe('"quoted"\n');
    const kept = /\[API_KEY\][^[]+/.exec(before)?.[0] ?? "none";
    expect(await readFile(file("staging"), "utf8")).toContain(kept);
    const { file: edited, modes, key } = JSON.parse(await readFile(notes, "utf8")) as Record<string, unknown>;
    expect([modes, key]).toEqual([[0o600, 0o700], null]);
    await expect(stat(String(edited))).rejects.toThrow("ENOENT");
  });

  it("opens a text with faults again, with them on top, and changes nothing where they are left", async () => {
    await secrets("init");
    await secrets("set staging API_KEY", { stdin: "one" });
    const before = await readFile(file("staging"), "utf8");
    const EDITOR = await editor(`
      const text = fs.readFileSync(file, "utf8");
      if (!text.startsWith("#!")) fs.writeFileSync(file, text + "not a line\\n");`);
    expect(await failure("edit staging", { env: { EDITOR } })).toMatchObject({
      code: "secrets-not-edited",
      details: [expect.stringContaining("is no NAME=value")],
    });
    expect(await failure("edit staging", { env: { EDITOR: "false" } })).toMatchObject({
      message: "The secrets were not edited: the editor ended with 1.",
    });
    expect(await secrets("edit staging", { env: { EDITOR: "true" } })).toBe("Nothing was changed.\n");
    expect(await readFile(file("staging"), "utf8")).toBe(before);
  });

  it("tells a damaged file from another's", async () => {
    await secrets("init --name ann");
    await secrets("set staging API_KEY", { stdin: "one" });
    const text = await readFile(file("staging"), "utf8");
    const lines = text.split("\n");
    const at = lines.findIndex((line) => line.startsWith("-----BEGIN")) + 2;
    lines[at] = (lines[at] ?? "").split("").toReversed().join("");
    await writeFile(file("staging"), lines.join("\n"));
    expect(await failure("get staging API_KEY")).toMatchObject({ code: "secrets-damaged" });
  });

  it("merges what two branches set under names of their own", async () => {
    const run = promisify(execFile);
    const git = (...args: string[]) =>
      run("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...args], { cwd: root });
    await secrets("init");
    for (const name of ["API_KEY", "MAIL_KEY", "TLS_KEY"])
      await secrets(`set staging ${name}`, { stdin: name });
    await git("init", "-q", "-b", "main");
    await git("add", "secrets");
    await git("commit", "-qm", "first");
    await git("checkout", "-qb", "other");
    await secrets("set staging BILLING_KEY", { stdin: "theirs" });
    await git("commit", "-qam", "theirs");
    await git("checkout", "-q", "main");
    await secrets("set staging TLS_KEY", { stdin: "ours" });
    await git("commit", "-qam", "ours");
    await git("merge", "-q", "--no-edit", "other");
    expect(await secrets("get staging BILLING_KEY")).toBe("theirs\n");
    expect(await secrets("get staging TLS_KEY")).toBe("ours\n");
  });

  it("is read by a deploy without an identity only where nothing is taken from it", async () => {
    await secrets("init");
    await secrets("set staging API_KEY", { stdin: "one" });
    const place = { root, environment: "staging", environments: ["staging", "production"] };
    const none = environmentSecrets(place, { env: {}, homeFolder: join(root, "home") });
    expect(await none("OTHER")).toBeUndefined();
    await expect(none("API_KEY")).rejects.toMatchObject({ code: "identity-missing" });
    const own = environmentSecrets(place, { env: { COZY_AGE_IDENTITY: ann.key }, homeFolder: root });
    expect(await own("API_KEY")).toBe("one");
  });
});

describe("a call of cozy secrets that is not taken", () => {
  it.each<[string, string]>([
    ["rotte", "did you mean rotate?"],
    ["set", "Say which one is meant"],
    ["get staging", "takes the name of one secret"],
    ["list prodution", "did you mean production?"],
    ["get staging A --generated", "--generated counts only with set"],
    ["list staging --name x", "--name counts only with init"],
    ["diff staging staging", "takes an environment, and another one"],
  ])("%s", async (words, message) => {
    expect((await failure(words)).message).toContain(message);
  });
});
