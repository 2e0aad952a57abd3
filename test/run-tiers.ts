/**
 * Runs every tier of tests that this machine can carry and says which it left out, and why. Under CI a tier that can't run is a
 * failure: "not proven" is no pass.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

interface Tier {
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
  readonly folder?: string;
  /** Why it can't run here, if it can't. */
  readonly missing?: () => string | undefined;
}

const root = fileURLToPath(new URL("..", import.meta.url));
const example = fileURLToPath(new URL("../examples/cozywish", import.meta.url));
const djangoExample = fileURLToPath(new URL("../examples/cozywish-django", import.meta.url));
const linuxOrMac = () =>
  process.platform === "win32" ? "releases on this machine want Linux or macOS" : undefined;

const browsers = ["chromium", "google-chrome", "chromium-browser"];

const tiers: readonly Tier[] = [
  { name: "format", commands: [["npx", "oxfmt", "--check"]] },
  { name: "lint", commands: [["npx", "oxlint", "--type-aware"]] },
  {
    name: "types",
    commands: [
      ["npx", "tsc", "--noEmit"],
      ["npx", "tsc", "--noEmit", "-p", example],
    ],
  },
  { name: "unused", commands: [["npx", "knip"]] },
  { name: "package", commands: [["npx", "publint", "--strict"]] },
  { name: "unit", commands: [["npx", "vitest", "run", "--project", "unit"]] },
  { name: "example", folder: example, commands: [["npm", "test"]], missing: serversAreMissing },
  { name: "django", folder: djangoExample, commands: [["make", "test"]], missing: serversAreMissing },
  { name: "story", commands: [["npx", "vitest", "run", "--project", "story"]], missing: linuxOrMac },
  { name: "fault", commands: [["npx", "vitest", "run", "--project", "fault"]], missing: linuxOrMac },
  {
    name: "browser",
    commands: [["npx", "vitest", "run", "--project", "browser"]],
    missing: () => (browsers.some(isOnThePath) ? undefined : `none of ${browsers.join(", ")} is installed`),
  },
];

// oxfmt-ignore
const debianPackages = [
  "git", "procps", "nginx", "wrk",
  "postgresql", "redis-server", "sqlite3", "chromium", "python3-venv", "python3-pip",
  "zsh", "fish",
];
const only = process.argv.slice(2);
const results: {
  name: string;
  outcome: "passed" | "failed" | "left out";
  seconds: number;
  why?: string | undefined;
}[] = [];

installWhatIsMissing();
// The example's own dependencies, which lint and types look at as well.
if (!run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], example)) process.exit(1);
for (const { name, commands, folder = root, missing } of tiers) {
  if (only.length > 0 && !only.includes(name)) continue;
  const why = missing?.();
  if (why !== undefined) {
    results.push({ name, outcome: "left out", seconds: 0, why });
    continue;
  }
  console.log(`\n── ${name} ${"─".repeat(Math.max(0, 60 - name.length))}`);
  const start = performance.now();
  const passed = commands.every(([program = "", ...args]) => run(program, args, folder));
  results.push({ name, outcome: passed ? "passed" : "failed", seconds: (performance.now() - start) / 1000 });
}

console.log("\n── tiers ──────────────────────────────────────────────────────");
for (const { name, outcome, seconds, why } of results) {
  console.log(
    `${name.padEnd(10)} ${outcome.padEnd(9)} ${seconds.toFixed(1).padStart(6)} s${why ? `  ${why}` : ""}`,
  );
}
const counted = (outcome: string) => results.filter((result) => result.outcome === outcome).length;
const leftOut = counted("left out");
console.log(`tiers: ${counted("passed")} passed, ${counted("failed")} failed, ${leftOut} skipped`);
if (counted("failed") > 0 || (process.env["CI"] && leftOut > 0)) process.exitCode = 1;

function run(program: string, args: readonly string[], folder: string): boolean {
  return spawnSync(program, args, { cwd: folder, stdio: "inherit" }).status === 0;
}

/** What a test needs is installed where this may be done: by root on Debian. */
function installWhatIsMissing(): void {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  const absent = debianPackages.filter(
    (name) => spawnSync("dpkg", ["-s", name], { stdio: "ignore" }).status !== 0,
  );
  if (absent.length === 0) return;
  run("apt-get", ["update", "-qq"], root);
  run("apt-get", ["install", "-y", "-qq", ...absent], root);
}

function serversAreMissing(): string | undefined {
  const absent = [
    ...(existsSync("/usr/lib/postgresql") || isOnThePath("initdb") ? [] : ["PostgreSQL"]),
    ...(isOnThePath("redis-server") ? [] : ["Redis"]),
    ...(isOnThePath("python3") ? [] : ["Python"]),
  ];
  return absent.length === 0
    ? undefined
    : `${absent.join(", ")} not installed, and this is not root on Debian`;
}

function isOnThePath(program: string): boolean {
  return spawnSync(program, ["--version"], { stdio: "ignore" }).error === undefined;
}
