import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

/** The browser that this machine has; undefined where it has none. */
export function findChromium(): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return names
    .flatMap((name) => folders.map((folder) => join(folder, name)))
    .find((file) => existsSync(file));
}

export async function launchChromium(executablePath: string): Promise<Browser> {
  return chromium.launch({
    executablePath,
    // Chromium refuses its sandbox to root, which is who runs tests in a container.
    chromiumSandbox: process.getuid?.() !== 0,
    args: ["--disable-gpu", "--disable-dev-shm-usage"],
  });
}

/** A visitor's device. */
export type Device = {
  readonly name: string;
  readonly width: number;
  readonly height: number;
  readonly touch: boolean;
};

export const devices: readonly Device[] = [
  { name: "a phone", width: 390, height: 844, touch: true },
  { name: "a desktop", width: 1280, height: 800, touch: false },
];
