import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

export type Example = "cozywish" | "cozywish-django";

/** One of the two reference applications as it is, in a sandbox; its only environment is `local`. */
export async function createExampleSandbox(
  example: Example,
  changed: (config: string) => string = (config) => config,
  options: Pick<SandboxOptions, "home"> = {},
): Promise<Sandbox> {
  const fixture = fileURLToPath(new URL(`../../examples/${example}`, import.meta.url));
  const config = await readFile(join(fixture, "cozy.config.ts"), "utf8");
  return createSandbox({
    ...options,
    fixture,
    environment: "local",
    config: (port) =>
      replaced(changed(config), /Number\(process\.env\["COZYWISH_PORT"\] \?\? \d+\)/, String(port)),
  });
}

/** The same text with one place of it changed, which must be there. */
export function replaced(text: string, from: string | RegExp, to: string): string {
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${String(from)} is not in the text any more`);
  return changed;
}
