import { readSettings, type Settings } from "./settings.ts";
import { SettingsError } from "./settings-error.ts";

/** For the programs (server, migrate, seed): wrong settings end the process with exit code 1, without a stack. */
export function settingsOrExit(environment: NodeJS.ProcessEnv): Settings {
  try {
    return readSettings(environment);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return process.exit(1);
  }
}
