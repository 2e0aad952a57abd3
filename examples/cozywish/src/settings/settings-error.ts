export type SettingsFault = { variable: string; fault: string };

/** Settings that CozyWish can't start with: all of their faults, in words for whoever set them. */
export class SettingsError extends Error {
  readonly faults: readonly SettingsFault[];

  constructor(faults: readonly SettingsFault[]) {
    const count = faults.length === 1 ? "a setting is wrong" : `${faults.length} settings are wrong`;
    const lines = faults.map(({ variable, fault }) => `  ${variable}: ${fault}`);
    super(
      [`CozyWish can't start, ${count}:`, ...lines, "Every setting is explained in .env.example."].join("\n"),
    );
    this.name = "SettingsError";
    this.faults = faults;
  }
}
