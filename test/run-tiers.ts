/**
 * Runs every tier of tests that this machine can carry and says which it left out, and why. Under CI a tier that can't run is a
 * failure: "not proven" is no pass.
 */
import { spawn, spawnSync } from "node:child_process";
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { makeSharedHome } from "./support/shared-home.ts";
import { example, root, stages, type Tier } from "./tiers.ts";

interface Result {
  readonly name: string;
  readonly outcome: "passed" | "failed" | "left out";
  readonly seconds: number;
  /** Why it was left out, or what its time has to be read with. */
  readonly note?: string;
}

interface Ended {
  readonly passed: boolean;
  /** What it said, where that was not shown at once. */
  readonly output: string;
}

// oxfmt-ignore
const debianPackages = [
  "git", "procps", "nginx", "wrk",
  "postgresql", "redis-server", "sqlite3", "chromium", "python3-venv", "python3-pip",
  "zsh", "fish",
  "systemd", "systemd-container", "debootstrap", "iproute2", "nftables",
  "openssh-server", "openssh-client", "rsync", "certbot", "pebble", "openssl", "shellcheck",
];
const began = performance.now();
const only = process.argv.slice(2);
const results: Result[] = [];
const notes = mkdtempSync(join(tmpdir(), "cozy-tiers-"));
const failuresFile = join(notes, "failures");
const namesFile = join(notes, "names");

installWhatIsMissing();
const sharedHome = await makeSharedHome();
// The example's own dependencies, which lint and types look at as well.
const exampleIsThere = run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], example, true);
for (const stage of stages) {
  const lanes = stage
    .map((lane) => lane.filter(({ name }) => only.length === 0 || only.includes(name)))
    .filter((lane) => lane.length > 0);
  await Promise.all(
    lanes.map(async (lane) => {
      for (const tier of lane) results.push(await resultOf(tier, lanes.length > 1));
    }),
  );
}
await exampleIsThere;
await sharedHome.remove();
tellFailuresAgain();

console.log("\n── tiers ──────────────────────────────────────────────────────");
for (const { name, outcome, seconds, note } of results) {
  console.log(
    `${name.padEnd(10)} ${outcome.padEnd(9)} ${seconds.toFixed(1).padStart(6)} s${note ? `  ${note}` : ""}`,
  );
}
const counted = (outcome: string) => results.filter((result) => result.outcome === outcome).length;
const leftOut = counted("left out");
console.log(`in all               ${secondsSince(began).toFixed(1).padStart(6)} s`);
console.log(`tiers: ${counted("passed")} passed, ${counted("failed")} failed, ${leftOut} skipped`);
nameFailures();
rmSync(notes, { recursive: true });
if (counted("failed") > 0 || (process.env["CI"] && leftOut > 0)) process.exitCode = 1;

/** Beside others its output is shown at its end, so that each can be read by itself. */
async function resultOf(tier: Tier, isBesideOthers: boolean): Promise<Result> {
  const { name, commands, folder = root, withoutExample = false } = tier;
  const note = tier.missing?.();
  if (note !== undefined) return { name, outcome: "left out", seconds: 0, note };
  const heading = `\n── ${name} ${"─".repeat(Math.max(0, 60 - name.length))}`;
  if (!isBesideOthers) console.log(heading);
  const { passed: mayBegin, output: reason } = withoutExample
    ? { passed: true, output: "" }
    : await exampleIsThere;
  const start = performance.now();
  let passed = mayBegin;
  let output = mayBegin ? "" : reason;
  for (const command of commands) {
    if (!passed) break;
    const ended = await run(command, folder, isBesideOthers);
    passed = ended.passed;
    output += ended.output;
  }
  if (isBesideOthers) console.log(`${heading}\n${output.trimEnd()}`);
  else if (!mayBegin) console.log(reason);
  if (!passed && output !== "") {
    appendFileSync(failuresFile, `${name}\n${output.trimEnd().split("\n").slice(-60).join("\n")}\n\n`);
    appendFileSync(namesFile, `${name}\n`);
  }
  return {
    name,
    outcome: passed ? "passed" : "failed",
    seconds: secondsSince(start),
    ...(isBesideOthers && { note: "beside others" }),
  };
}

async function run(
  [program = "", ...args]: readonly string[],
  folder: string,
  isKept: boolean,
): Promise<Ended> {
  const colours = isKept && process.stdout.isTTY ? { FORCE_COLOR: "1" } : {};
  const child = spawn(program, args, {
    cwd: folder,
    env: {
      ...process.env,
      ...sharedHome.env,
      ...colours,
      COZY_TEST_FAILURES: failuresFile,
      COZY_TEST_FAILED: namesFile,
    },
    stdio: isKept ? ["ignore", "pipe", "pipe"] : "inherit",
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
  const { promise, resolve } = Promise.withResolvers<Ended>();
  child.on("error", (error) => resolve({ passed: false, output: `${output}${error.message}\n` }));
  const end = (code: number | null) => resolve({ passed: code === 0, output });
  child.on("close", end);
  // What it started and left behind may hold its output open for ever.
  child.on("exit", (code) => setTimeout(end, 2_000, code).unref());
  return promise;
}

/** The end of a long log is all that some get to see. */
function tellFailuresAgain(): void {
  if (existsSync(failuresFile)) {
    console.log(`\n── what failed ${"─".repeat(48)}\n${readFileSync(failuresFile, "utf8")}`);
  }
}

/** Their names alone, where even less than that is seen. */
function nameFailures(): void {
  if (existsSync(namesFile)) console.log(`failed:\n${readFileSync(namesFile, "utf8").trimEnd()}`);
}

/** What a test needs is installed where this may be done: by root on Debian. */
function installWhatIsMissing(): void {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  const absent = debianPackages.filter(
    (name) => spawnSync("dpkg", ["-s", name], { stdio: "ignore" }).status !== 0,
  );
  if (absent.length === 0) return;
  runNow("apt-get", "update", "-qq");
  runNow("apt-get", "install", "-y", "-qq", ...absent);
}

function runNow(program: string, ...args: readonly string[]): void {
  spawnSync(program, args, { stdio: "inherit" });
}

function secondsSince(start: number): number {
  return (performance.now() - start) / 1000;
}
