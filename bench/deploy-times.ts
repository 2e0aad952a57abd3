import type { Sandbox } from "../test/support/sandbox.ts";
import { median, printTable } from "./statistics.ts";

interface Line {
  readonly type: string;
  readonly operation?: string;
  readonly durationMs?: number;
}

/** What is the application's own time in a deploy: its build, its migrations, its boot, and how long its old workers take to end. */
const own = ["build-artifact", "migrate", "await-ready", "await-steady", "stop-instances"];

/** Deploys one-line changes and rolls each back, without load, and prints what each takes, whole and by operation. */
export async function measureDeploys(
  sandbox: Sandbox,
  environment: string,
  rounds: number,
  change: (round: number) => Promise<unknown>,
): Promise<void> {
  const beyond: number[] = [];
  const whole: number[] = [];
  const rollbacks: number[] = [];
  const rollbackPlans: number[] = [];
  const steps = new Map<string, number[]>();
  const rollbackSteps = new Map<string, number[]>();
  for (let round = 0; round < rounds; round += 1) {
    await change(round);
    const deploy = await run(sandbox, ["deploy", environment, "--json"]);
    collect(steps, deploy.lines);
    const application = done(deploy.lines).filter(({ operation }) =>
      own.some((kind) => operation?.startsWith(kind)),
    );
    whole.push(deploy.wallMs);
    beyond.push(deploy.wallMs - application.reduce((sum, { durationMs = 0 }) => sum + durationMs, 0));
    const rollback = await run(sandbox, ["rollback", environment, "--json"]);
    rollbacks.push(rollback.wallMs);
    collect(rollbackSteps, rollback.lines);
    rollbackPlans.push(rollback.lines.find(({ type }) => type === "plan-ended")?.durationMs ?? Number.NaN);
  }
  printTable(`One-line deploys and warm rollbacks, median of ${rounds}, the command's own start included`, [
    ["deploy, whole", `${median(whole).toFixed(0)} ms`],
    ["deploy, beyond build, boot, migrations and the end of workers", `${median(beyond).toFixed(0)} ms`],
    ["rollback to a warm release, the command", `${median(rollbacks).toFixed(0)} ms`],
    ["rollback to a warm release, its plan", `${median(rollbackPlans).toFixed(0)} ms`],
  ]);
  printSteps("By operation of the deploy, median", steps);
  printSteps("By operation of the rollback, median", rollbackSteps);
}

/** Times by kind of operation, without the release or host that its name ends with. */
function collect(steps: Map<string, number[]>, lines: readonly Line[]): void {
  for (const { operation = "", durationMs = 0 } of done(lines)) {
    const kind = operation.replace(/(-\d{8}-\d{6}-[0-9a-f]+)?@.*/, "");
    steps.set(kind, [...(steps.get(kind) ?? []), durationMs]);
  }
}

function printSteps(title: string, steps: ReadonlyMap<string, readonly number[]>): void {
  printTable(
    title,
    [...steps].map(([kind, values]) => [kind, `${median(values).toFixed(0)} ms`]),
  );
}

function done(lines: readonly Line[]): Line[] {
  return lines.filter(({ type }) => type === "operation-done");
}

async function run(
  sandbox: Sandbox,
  args: readonly string[],
): Promise<{ readonly wallMs: number; readonly lines: readonly Line[] }> {
  const start = performance.now();
  const { stdout } = await sandbox.ok(args);
  const wallMs = performance.now() - start;
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
  return { wallMs, lines };
}
