import { join } from "node:path";
import { build } from "tsdown";

/** Builds the supervisor's one file as the package does, so that tests run what is shipped. */
export async function buildSupervisor(outDir: string): Promise<string> {
  return buildAgent("supervisor", outDir);
}

/** The same for any agent that lives beside it. */
export async function buildAgent(name: "supervisor" | "relay", outDir: string): Promise<string> {
  await build({
    config: false,
    logLevel: "error",
    platform: "node",
    format: "esm",
    target: "node22.15",
    dts: false,
    outExtensions: () => ({ js: ".mjs" }),
    deps: { alwaysBundle: [/.*/u] },
    entry: { [name]: join(import.meta.dirname, "..", name, "main.ts") },
    outDir,
  });
  return join(outDir, `${name}.mjs`);
}
