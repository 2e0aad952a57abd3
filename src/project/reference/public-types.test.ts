import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/** The package as a user gets it: declarations alone, beside a project that has nothing else installed. */
const repository = fileURLToPath(new URL("../../../", import.meta.url));
const tsc = join(repository, "node_modules", "typescript", "bin", "tsc");
let folder = "";
/** File and code of every error that the compiler has with the sample files. */
let faults: (readonly [file: string, code: string])[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "cozy-types-"));
  const installed = join(folder, "node_modules", "cozywish");
  mkdirSync(installed, { recursive: true });
  write("emit.json", {
    extends: join(repository, "tsconfig.json"),
    compilerOptions: {
      noEmit: false,
      declaration: true,
      emitDeclarationOnly: true,
      rewriteRelativeImportExtensions: true,
      rootDir: join(repository, "src"),
      outDir: join(installed, "dist"),
      typeRoots: [join(repository, "node_modules", "@types")],
    },
    include: [],
    files: [join(repository, "src", "index.ts")],
  });
  const complaints = await compile("emit.json");
  if (complaints !== "") throw new Error(complaints);
  write("node_modules/cozywish/package.json", {
    name: "cozywish",
    type: "module",
    exports: { ".": { types: "./dist/index.d.ts", default: "./dist/index.js" } },
  });
  write("package.json", { type: "module" });
  write("tsconfig.json", {
    compilerOptions: {
      module: "nodenext",
      strict: true,
      noEmit: true,
      exactOptionalPropertyTypes: true,
      types: [],
      skipLibCheck: false,
    },
    files: ["right.ts", ...wrong.map(([title]) => fileOf(title))],
  });
  const samples = good.replace("sqlite, thisMachine", "sqlite, rds, thisMachine");
  writeFileSync(join(folder, "right.ts"), samples);
  for (const [title, right, changed] of wrong)
    writeFileSync(join(folder, fileOf(title)), samples.replace(right, changed));
  const output = await compile("tsconfig.json");
  faults = [...output.matchAll(/^(\S+?)\(\d+,\d+\): error (TS\d+)/gm)].map(
    ([, file = "", code = ""]) => [file, code] as const,
  );
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const good = `import { defineProject, disk, dotenv, fromEnvironment, fromSecrets, generated, host, noCertificate, node, optional, postgres, required, secret, servers, sqlite, thisMachine } from "cozywish";
import type { Environment } from "cozywish";
const staging: Environment = { target: thisMachine({ port: 8081 }), keep: { releases: 3, warm: "1h" } };
const migrate: readonly string[] | undefined = undefined;
export default defineProject({
  name: "shop",
  app: node({
    build: { command: ["npm", "run", "build"], secrets: { NPM_TOKEN: fromEnvironment() }, timeout: "90s" },
    processes: { web: { command: "node server.js", limits: { memory: "512MB" } }, worker: "node worker.js" },
    migrate,
    variables: { LOG_LEVEL: "info", KEY: secret(), A: required(), B: optional() },
    smoke: ["/", { path: "/x", within: "250ms" }, { command: "node check.js" }],
    drain: { requests: "10s" },
  }),
  environments: {
    staging,
    production: {
      target: servers(["web-1", { address: "10.0.0.12", name: "web-2", port: 2222 }], { unreachable: { goOnWithout: 1 }, builder: host("build", { port: 2222 }) }),
      domains: { canonical: "shop.example.org", certificate: noCertificate() },
      access: { password: { user: "team", value: fromSecrets("SITE_PASSWORD") }, addresses: ["10.0.0.0/8"] },
      http: { maxBody: "20MB", rate: { perSecond: 20 } },
      database: postgres({ url: fromSecrets("DATABASE_URL"), pool: 5 }),
    },
    local: { target: thisMachine({ port: 8080 }), database: sqlite(), media: disk({ url: "/m/" }), variables: { KEY: generated(), A: dotenv(".env") } },
  },
});
`;

const wrong: readonly (readonly [title: string, right: string, wrong: string])[] = [
  ["a duration without a unit", '"250ms"', '"250"'],
  ["a duration in a unit that there is not", '"10s"', '"10 seconds"'],
  ["a size in small letters", '"512MB"', '"512mb"'],
  ["an unknown key", "drain:", "drian:"],
  ["a target without a port", "thisMachine({ port: 8081 })", "thisMachine({})"],
  ["a database as a target", "thisMachine({ port: 8081 })", "sqlite()"],
  ["a missing web", "web: {", "site: {"],
  ["a number as a variable", '"info"', "3"],
  ["a field that comes later", 'name: "shop"', 'name: "shop", schedules: {}'],
  ["a builder that comes later", "database: sqlite()", "database: rds()"],
  ["servers without a list", 'servers(["web-1", ', 'servers("web-1", ['],
  ["a certificate that is none", "certificate: noCertificate()", "certificate: sqlite()"],
  ["a number of servers without its name", "{ goOnWithout: 1 }", "1"],
];

describe("the public types in a project of a user", () => {
  it("are declared in files of the package alone", () => {
    const dist = join(folder, "node_modules", "cozywish", "dist");
    expect(new Set(readdirSync(dist, { recursive: true, encoding: "utf8" }))).toEqual(
      new Set(["index.d.ts", "project", "project/input.d.ts"]),
    );
  });

  it("take a right file", () => {
    expect(faults.filter(([file]) => file === "right.ts")).toEqual([]);
  });

  it.each(wrong)("refuse %s", (title, right, changed) => {
    expect(good.replace(right, changed)).not.toBe(good);
    const found = faults.filter(([file]) => file === fileOf(title)).map(([, code]) => code);
    expect(found.length).toBeGreaterThan(0);
    expect(found).not.toContain("TS2307");
  });
});

function fileOf(title: string): string {
  return `${title.replaceAll(" ", "-")}.ts`;
}

function compile(project: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [tsc, "-p", project],
      { cwd: folder, timeout: 30_000 },
      (_, stdout, stderr) => {
        resolve(stdout + stderr);
      },
    );
  });
}

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), JSON.stringify(content));
}
