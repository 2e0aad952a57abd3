/**
 * How long the CLI takes to start, against a bare Node in the same run: `node bench/start-up.ts`.
 * The three commands take turns, so that a noisy moment hits them alike.
 */
import { execFileSync } from "node:child_process";
import { cozyBinary, createSandbox } from "../test/support/sandbox.ts";
import { median, printTable } from "./statistics.ts";

const rounds = 40;
const sandbox = await createSandbox();
try {
  await sandbox.ok(["deploy", "staging"]);
  const commands = {
    "node -e 0": ["-e", "0"],
    "cozy --help": [cozyBinary, "--help"],
    "cozy status staging": [cozyBinary, "status", "staging"],
  };
  const times = new Map<string, number[]>();
  for (let round = 0; round < rounds + 3; round += 1) {
    for (const [name, args] of Object.entries(commands)) {
      const start = performance.now();
      execFileSync(process.execPath, args, {
        cwd: sandbox.project,
        env: sandbox.env,
        stdio: ["ignore", "pipe", "pipe"],
      });
      if (round >= 3) times.set(name, [...(times.get(name) ?? []), performance.now() - start]);
    }
  }
  const bare = median(times.get("node -e 0") ?? []);
  printTable(
    `Start-up, median of ${rounds}`,
    [...times].map(([name, values]) => [
      name,
      `${median(values).toFixed(1)} ms`,
      `bare Node + ${(median(values) - bare).toFixed(1)} ms`,
    ]),
  );
} finally {
  await sandbox.dispose();
}
