import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { messageOf } from "../../shared/thrown.ts";
import { cannotStart } from "../keeper.ts";
import { startErrorFile, type StartError } from "../protocol.ts";
import type { SupervisorSettings } from "../supervisor-settings.ts";
import { UnreadableState } from "./kept-state.ts";
import { readSettings } from "./settings.ts";
import { runSupervisor } from "./supervisor.ts";

/**
 * The supervisor's process: `node supervisor.js <settings.json>`. It exits 0 when it left on purpose or another one runs already, 78 when
 * it can't start as things are (`error.json` says why), and with anything else when the keeper should start it again.
 */
async function main(settingsFile: string): Promise<void> {
  process.chdir("/");
  let settings: SupervisorSettings;
  try {
    settings = readSettings(settingsFile);
  } catch (error) {
    complain(`${settingsFile}: ${messageOf(error)}`);
    process.exit(cannotStart);
  }
  mkdirSync(settings.folder, { recursive: true, mode: 0o700 });
  mkdirSync(settings.logFolder, { recursive: true, mode: 0o700 });
  process.on("uncaughtException", (error) => fail(settings, "defect", error, 1));
  try {
    if ((await runSupervisor(settings, settingsFile)) === "not needed") process.exit(0);
    rmSync(join(settings.folder, startErrorFile), { force: true });
  } catch (error) {
    if (error instanceof UnreadableState) fail(settings, error.reason, error, cannotStart);
    else fail(settings, "defect", error, 1);
  }
}

/** Leaves the reason where the client looks for it, and where a person does. */
function fail(
  settings: SupervisorSettings,
  reason: StartError["reason"],
  error: unknown,
  code: number,
): void {
  const stack = error instanceof Error && reason === "defect" ? error.stack : undefined;
  complain(stack ?? messageOf(error));
  const told: StartError = { format: 1, reason, message: messageOf(error), pid: process.pid, at: Date.now() };
  try {
    writeFileSync(join(settings.folder, startErrorFile), `${JSON.stringify(told)}\n`, { mode: 0o600 });
    const line = JSON.stringify({ ...told, at: new Date(told.at).toISOString(), event: "failed", stack });
    appendFileSync(join(settings.logFolder, "supervisor.log"), `${line}\n`, { mode: 0o600 });
  } catch {
    // Standard error has it.
  }
  process.exit(code);
}

function complain(text: string): void {
  process.stderr.write(`supervisor ${process.pid}: ${text}\n`);
}

await main(process.argv[2] ?? "");
