import { join } from "node:path";
import { build } from "tsdown";

/** Builds the supervisor's one file as the package does, so that tests run what is shipped. */
export async function buildSupervisor(outDir: string): Promise<string> {
  await build({
    config: false,
    logLevel: "error",
    platform: "node",
    format: "esm",
    target: "node22.15",
    dts: false,
    outExtensions: () => ({ js: ".mjs" }),
    deps: { alwaysBundle: [/.*/u] },
    entry: { supervisor: join(import.meta.dirname, "..", "supervisor", "main.ts") },
    outDir,
  });
  return join(outDir, "supervisor.mjs");
}
