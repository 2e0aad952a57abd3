import { execFile, execFileSync } from "node:child_process";
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../../../test/support/may-be-left-out.ts";
import { verifyArtifact } from "../../artifacts/artifact-store.ts";
import { sha256 } from "../../artifacts/canonical-json.ts";
import { artifactAt, artifactId, type Manifest, type ManifestEntry } from "../../artifacts/manifest.ts";
import { thisPlatform } from "../../artifacts/platform.ts";
import { machinePaths, type MachinePaths } from "../environment-paths.ts";
import { CozyError } from "../../errors/cozy-error.ts";
import type { Connection, Transfer } from "../ssh/connection.ts";
import { manifestOf, offerOf } from "./offer.ts";
import { localConnection } from "./testing/local-connection.ts";
import { receiveUploads } from "./receive-uploads.ts";
import { uploadArtifact } from "./upload-artifact.ts";
import type { Uploads } from "./uploads.ts";

const run = promisify(execFile);
const canMount = process.platform === "linux" && process.getuid?.() === 0;
const never = new AbortController().signal;
const runtimeId = `node-${process.versions.node}-x`;

let folder: string;
let here: MachinePaths;
let there: MachinePaths;
let uploads: Uploads;
let transfers: Transfer[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-uploads-"));
  here = machinePaths({ COZY_HOME: join(folder, "here") }, folder);
  there = machinePaths({ COZY_HOME: join(folder, "there") }, folder);
  uploads = receiveUploads(there, Date.now);
  transfers = [];
});
afterEach(async () => {
  await run("chmod", ["-R", "u+w", folder]);
  await rm(folder, { recursive: true, force: true });
});

const local = localConnection();
const connection: Pick<Connection, "send"> = {
  send: async (transfer, signal) => {
    transfers.push(transfer);
    return local.send(transfer, signal);
  },
};

const upload = (artifact: string, likely: readonly string[] = []) =>
  uploadArtifact({ machine: here, artifact, likely }, { uploads, connection }, never);

/** Lays an artifact of these files on this machine, with a runtime and a tree of packages. */
async function built(files: Readonly<Record<string, string>>): Promise<string> {
  await layRuntime();
  await layTree();
  const entries = Object.entries(files).map(([path, text]): ManifestEntry => ({
    kind: "file",
    path,
    mode: path.endsWith(".sh") ? 0o555 : 0o444,
    sizeBytes: Buffer.byteLength(text),
    sha256: sha256(text),
  }));
  const content = {
    stack: "django",
    platform: thisPlatform(),
    runtime: runtimeId,
    tree: "a-tree",
    staticFolder: undefined,
    files: [
      ...entries,
      { kind: "link", path: "link", target: "app.py" },
      { kind: "folder", path: "empty" },
    ] as const,
  } as const;
  const id = artifactId(content);
  const builtFrom = { key: "k", commit: "c", sourceTree: "t", buildTree: undefined, builtAt: 1 };
  const manifest: Manifest = { format: 1, id, content, builtFrom, buildLog: undefined, sbom: undefined };
  const { app, manifest: file } = artifactAt(here, id);
  await mkdir(join(app, "empty"), { recursive: true });
  await symlink("app.py", join(app, "link"));
  for (const entry of entries) {
    await mkdir(dirname(join(app, entry.path)), { recursive: true });
    await writeFile(join(app, entry.path), files[entry.path] ?? "");
    if (entry.kind === "file") await chmod(join(app, entry.path), entry.mode);
  }
  await writeFile(file, JSON.stringify(manifest));
  return id;
}

async function layRuntime(): Promise<void> {
  const bin = join(here.runtimes, runtimeId, "bin");
  if ((await stat(bin).catch(() => undefined)) !== undefined) return;
  await mkdir(bin, { recursive: true });
  await writeFile(join(bin, "node"), `#!/bin/sh\nexec ${process.execPath} "$@"\n`, { mode: 0o755 });
  await symlink("/somewhere/npm-cli.js", join(bin, "npm"));
  const record = { format: 1, version: process.versions.node };
  await writeFile(join(here.runtimes, runtimeId, "runtime.json"), JSON.stringify(record));
}

/** As an installer leaves it: the paths of its home stand in its programs. */
async function layTree(): Promise<void> {
  const tree = join(here.trees, "a-tree");
  const packages = join(tree, "lib", "python3.11", "site-packages");
  await mkdir(join(tree, "bin"), { recursive: true, mode: 0o700 });
  await mkdir(packages, { recursive: true });
  await writeFile(join(tree, "bin", "gunicorn"), `#!${tree}/bin/python\nimport gunicorn\n`, { mode: 0o700 });
  await rm(join(tree, "bin", "python"), { force: true });
  await symlink(join(here.runtimes, "python-3.11", "bin", "python3"), join(tree, "bin", "python"));
  await writeFile(join(tree, "pyvenv.cfg"), `home = ${here.runtimes}/python-3.11/bin\n`);
  await writeFile(join(packages, "other.pth"), `${tree}/src\n`);
  await writeFile(join(packages, "code.py"), `# ${tree} is only named here\n`, { mode: 0o600 });
  await writeFile(
    join(tree, "tree.json"),
    JSON.stringify({ format: 1, hash: "a-tree", kind: "run", runtime: "r" }),
  );
}

const big = Object.fromEntries(
  Array.from({ length: 300 }, (_, nth) => [`pages/page-${nth}.html`, `<h1>${nth}</h1>${"x".repeat(2_000)}`]),
);
const first = { ...big, "app.py": "print(1)", "run.sh": "echo 1" };
const second = { ...first, "app.py": "print(2)" };

describe("an upload", () => {
  it("brings an artifact with its packages and its runtime, whole", async () => {
    const id = await built(first);
    const report = await upload(id);
    expect((await verifyArtifact(there, id, never)).id).toBe(id);
    expect(report.files).toBeGreaterThan(300);
    expect(await readdir(join(there.runtimes, runtimeId, "bin"))).toEqual(["node"]);
    expect(await leftovers()).toEqual([]);
  });

  it("sends nothing that is there", async () => {
    const id = await built(first);
    await upload(id);
    transfers = [];
    expect(await upload(id)).toEqual({ sentBytes: 0, files: 0 });
    expect(transfers).toEqual([]);
  });

  it("of a changed line takes the changed file, and tells little more", async () => {
    const before = await built(first);
    await upload(before);
    const after = await built(second);
    transfers = [];
    const weighing = weighed(uploads);
    uploads = weighing.watched;
    expect(await upload(after, [before])).toEqual({ sentBytes: 8, files: 1 });
    expect(transfers).toEqual([]);
    expect(weighing.told()).toBeLessThan(1_500);
    expect((await verifyArtifact(there, after, never)).id).toBe(after);
    const inodes = await Promise.all(
      [before, after].map(async (id) => (await stat(join(artifactAt(there, id).app, "run.sh"))).ino),
    );
    expect(inodes[0]).toBe(inodes[1]);
  });

  it("tells all where the host has lost the artifact that was taken for known", async () => {
    const before = await built(first);
    const after = await built(second);
    await upload(after, [before]);
    expect((await verifyArtifact(there, after, never)).id).toBe(after);
  });

  it("can be made by several at once", async () => {
    const id = await built(first);
    await Promise.all([upload(id), upload(id), upload(id)]);
    expect((await verifyArtifact(there, id, never)).id).toBe(id);
    expect(await leftovers()).toEqual([]);
  });

  it("keeps nothing of what did not arrive as it was sent", async () => {
    const id = await built(first);
    const { app } = artifactAt(here, id);
    await chmod(join(app, "app.py"), 0o644);
    await writeFile(join(app, "app.py"), "print(7)");
    const damaged = { code: "upload-damaged", details: ["app.py: its content changed"] };
    await expect(upload(id)).rejects.toMatchObject(damaged);
    expect(await leftovers()).toEqual([]);
    expect(await readdir(there.artifacts)).toEqual([]);
  });

  it("refuses a tree that changed on its way", async () => {
    const id = await built(first);
    const sending = connection.send;
    const meddling: Pick<Connection, "send"> = {
      async send(transfer, signal) {
        const report = await sending(transfer, signal);
        const file = join(transfer.to, "pyvenv.cfg");
        if (transfer.from.includes("a-tree")) await writeFile(file, "home = /elsewhere\n");
        return report;
      },
    };
    const to = { uploads, connection: meddling };
    await expect(
      uploadArtifact({ machine: here, artifact: id, likely: [] }, to, never),
    ).rejects.toMatchObject({
      code: "upload-damaged",
    });
    expect(await readdir(there.trees)).toEqual([]);
  });
});

describe("an upload that fails", () => {
  const failing = (onSend: (transfer: Transfer) => Promise<void>) => {
    const meddling: Pick<Connection, "send"> = {
      async send(transfer, signal) {
        await onSend(transfer);
        return local.send(transfer, signal).catch((cause: unknown) => {
          const details = ["rsync: what it says"];
          throw new CozyError("transfer-failed", { message: "not sent", details, cause });
        });
      },
    };
    return (artifact: string, signal = never) =>
      uploadArtifact({ machine: here, artifact, likely: [] }, { uploads, connection: meddling }, signal);
  };

  it("leaves nothing of what had arrived", async () => {
    const id = await built(first);
    const sending = failing(async ({ from }) => {
      if (from.includes("/artifacts/")) throw new CozyError("transfer-failed", { message: "not sent" });
    });
    await expect(sending(id)).rejects.toMatchObject({ code: "transfer-failed" });
    expect(await contents()).toEqual([[], [], []]);
  });

  it("leaves nothing either where it is called off", async () => {
    const id = await built(first);
    const calling = new AbortController();
    const sending = failing(async ({ from }) => {
      if (!from.includes("/a-tree/")) return;
      calling.abort(new Error("called off"));
      throw calling.signal.reason;
    });
    await expect(sending(id, calling.signal)).rejects.toThrow("called off");
    expect(await contents()).toEqual([[], [], []]);
  });

  it("asks nothing of a host that is not there any more", async () => {
    const id = await built(first);
    const asked: unknown[] = [];
    uploads = { ...uploads, giveUp: async (rooms) => void asked.push(rooms) };
    const lost = new CozyError("connection-lost", { message: "lost" });
    const sending = failing(async () => {
      throw lost;
    });
    await expect(sending(id)).rejects.toBe(lost);
    expect(asked).toEqual([]);
  });

  describe.skipIf(mayBeLeftOut(!canMount))("on a full disk (a small tmpfs; needs root on Linux)", () => {
    let small: string[] = [];
    afterEach(() => {
      for (const place of small) execFileSync("umount", [place]);
      small = [];
    });
    const onSmallDisk = async (place: string) => {
      await mkdir(place, { recursive: true });
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=200k", "tmpfs", place]);
      small.push(place);
    };

    it("is told before a file goes, where it is the artifact that finds no room", async () => {
      const id = await built(first);
      await onSmallDisk(there.artifacts);
      const message = `There is no space left on the disk of ${there.artifacts}.`;
      await expect(upload(id)).rejects.toMatchObject({ code: "disk-full", message });
      expect(transfers).toEqual([]);
      expect(await contents()).toEqual([[], [], []]);
    });

    it("is told as that with what rsync said, where it is found on the way", async () => {
      const id = await built(first);
      await writeFile(join(here.trees, "a-tree", "large"), Buffer.alloc(400_000, 1));
      await onSmallDisk(there.trees);
      const message = `There is no space left on the disk of ${there.trees}.`;
      const details = ["rsync: what it says"];
      await expect(failing(async () => {})(id)).rejects.toMatchObject({
        code: "disk-full",
        message,
        details,
      });
      expect(await contents()).toEqual([[], [], []]);
      await rm(join(here.trees, "a-tree", "large"));
      await upload(id);
    });
  });
});

describe("a tree of Python packages", () => {
  it("is at home where it arrived, for every user", async () => {
    await upload(await built(first));
    const tree = join(there.trees, "a-tree");
    const text = (path: string) => readFile(join(tree, path), "utf8");
    expect(await text("bin/gunicorn")).toBe(`#!${tree}/bin/python\nimport gunicorn\n`);
    expect(await text("pyvenv.cfg")).toBe(`home = ${there.runtimes}/python-3.11/bin\n`);
    expect(await text("lib/python3.11/site-packages/other.pth")).toBe(`${tree}/src\n`);
    expect(await text("lib/python3.11/site-packages/code.py")).toContain(here.trees);
    const modes = ["", "bin/gunicorn", "lib/python3.11/site-packages/code.py"].map(
      async (path) => (await lstat(join(tree, path))).mode & 0o007,
    );
    expect(await Promise.all(modes)).toEqual([0o5, 0o5, 0o4]);
  });
});

describe("an offer", () => {
  const paths = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { maxLength: 12 });
  const entry = (path: string, version: number): ManifestEntry =>
    version === 0
      ? { kind: "folder", path }
      : { kind: "file", path, mode: 0o444, sizeBytes: version, sha256: sha256(String(version)) };
  const manifests = fc
    .tuple(paths, fc.array(fc.nat(3), { minLength: 12, maxLength: 12 }))
    .map(([names, versions]) => {
      const files = names
        .map((name, nth) => entry(name, versions[nth] ?? 0))
        .toSorted((a, b) => (a.path < b.path ? -1 : 1));
      const content = {
        stack: "node",
        platform: thisPlatform(),
        runtime: "r",
        tree: undefined,
        staticFolder: undefined,
        files,
      } as const;
      const builtFrom = { key: "k", commit: "c", sourceTree: "t", buildTree: undefined, builtAt: 1 };
      return {
        format: 1,
        id: artifactId(content),
        content,
        builtFrom,
        buildLog: undefined,
        sbom: undefined,
      } satisfies Manifest;
    });

  it("is the manifest again, whatever it is compared with", () => {
    fc.assert(
      fc.property(manifests, fc.option(manifests, { nil: undefined }), (manifest, base) => {
        expect(manifestOf(offerOf(manifest, base), base)).toEqual(manifest);
      }),
    );
  });

  it("is refused with another base", () => {
    fc.assert(
      fc.property(manifests, manifests, manifests, (manifest, base, other) => {
        const offer = offerOf(manifest, base);
        fc.pre(base.id !== other.id && offer.changed.length < manifest.content.files.length);
        expect(whatComesOf(() => manifestOf(offer, other))).toEqual(
          expect.toSatisfy((came) => came === "upload-damaged" || came === manifest.id),
        );
      }),
      { numRuns: 40 },
    );
  });
});

/** The id of the manifest that came out, or the code of the error. */
function whatComesOf(made: () => Manifest): string {
  try {
    return made().id;
  } catch (error) {
    return error instanceof CozyError ? error.code : String(error);
  }
}

/** Names of what is half-made. */
async function leftovers(): Promise<string[]> {
  return (await contents()).flat().filter((name) => name.includes(".tmp-"));
}

/** What the other machine has of artifacts, trees and runtimes. */
async function contents(): Promise<string[][]> {
  return Promise.all([there.artifacts, there.trees, there.runtimes].map((one) => readdir(one)));
}

/** How much the calls of an upload are, as JSON. */
function weighed(port: Uploads): { told(): number; readonly watched: Uploads } {
  let bytes = 0;
  const weigh = <T>(value: T): T => {
    bytes += JSON.stringify(value).length;
    return value;
  };
  return {
    told: () => bytes,
    watched: {
      begin: async (offer, signal) => weigh(await port.begin(weigh(offer), signal)),
      finish: async (arrived, signal) => port.finish(weigh(arrived), signal),
      giveUp: async (rooms, signal) => port.giveUp(weigh(rooms), signal),
    },
  };
}
