import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** What is run and looked at as one: it passes, it fails, or it is left out. */
export interface Tier {
  readonly name: string;
  readonly commands: readonly (readonly string[])[];
  readonly folder?: string;
  /** Whether it can begin before the packages of the TypeScript example are installed. */
  readonly withoutExample?: boolean;
  /** Why it can't run here, if it can't. */
  readonly missing?: () => string | undefined;
}

export const root = fileURLToPath(new URL("..", import.meta.url));
export const example = fileURLToPath(new URL("../examples/cozywish", import.meta.url));
const djangoExample = fileURLToPath(new URL("../examples/cozywish-django", import.meta.url));

const browsers = ["chromium", "google-chrome", "chromium-browser"];

const format: Tier = { name: "format", commands: [["npx", "oxfmt", "--check"]], withoutExample: true };
const lint: Tier = { name: "lint", commands: [["npx", "oxlint", "--type-aware"]] };
const types: Tier = {
  name: "types",
  commands: [
    ["npx", "tsc", "--noEmit"],
    ["npx", "tsc", "--noEmit", "-p", example],
  ],
};
const unused: Tier = { name: "unused", commands: [["npx", "knip"]] };
const packaged: Tier = { name: "package", commands: [["npx", "publint", "--strict"]], withoutExample: true };
const unit: Tier = { name: "unit", commands: [vitest("unit")] };
const cozywish: Tier = {
  name: "example",
  folder: example,
  commands: [["npm", "test"]],
  missing: serversAreMissing,
};
const django: Tier = {
  name: "django",
  folder: djangoExample,
  commands: [["make", "test"]],
  withoutExample: true,
  missing: serversAreMissing,
};
const browser: Tier = {
  name: "browser",
  commands: [vitest("browser")],
  missing: () => (browsers.some(isOnThePath) ? undefined : `none of ${browsers.join(", ")} is installed`),
};
/** Faults too: as one run they share its workers. */
const stories: Tier = {
  name: "stories",
  commands: [vitest("story", "fault")],
  missing: releasesAreMissing,
};

const labImage: Tier = {
  name: "image",
  commands: [["node", "test/support/lab-image.ts"]],
  withoutExample: true,
  missing: labIsMissing,
};
const lab: Tier = { name: "lab", commands: [vitest("lab")], missing: labIsMissing };

/**
 * Stages come one after the other, the lanes of a stage beside each other, and in a lane one tier after the other. Django's mostly waits
 * for what it has started, for longer than all that is short takes: the unit tests begin beside it. The browser needs what the Django
 * tier has installed.
 */
export const stages: readonly (readonly (readonly Tier[])[])[] = [
  [[format, packaged, lint, types, unused, cozywish, unit], [django, browser], [labImage]],
  [[stories]],
  [[lab]],
];

function vitest(...projects: readonly string[]): readonly string[] {
  return ["npx", "vitest", "run", ...projects.flatMap((project) => ["--project", project])];
}

function releasesAreMissing(): string | undefined {
  return process.platform === "win32" ? "releases on this machine want Linux or macOS" : undefined;
}

function labIsMissing(): string | undefined {
  if (process.platform !== "linux" || process.getuid?.() !== 0) return "real hosts want root on Linux";
  const absent = ["systemd-nspawn", "debootstrap", "ip", "ssh", "rsync"].filter((name) => !isFound(name));
  return absent.length === 0 ? undefined : `${absent.join(", ")} not installed, and this is not Debian`;
}

function isFound(program: string): boolean {
  return spawnSync("/bin/sh", ["-c", 'command -v "$1"', "sh", program], { stdio: "ignore" }).status === 0;
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
