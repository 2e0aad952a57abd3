import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "tsdown";
import configs from "../tsdown.config.ts";

/** Bundles the proxy as the package does, into a folder of the caller's; gives the agent's file. */
export async function buildProxy(folder: string): Promise<string> {
  const config = [configs].flat().find((one) => typeof one.entry === "object" && "proxy" in one.entry);
  const cwd = fileURLToPath(new URL("..", import.meta.url));
  await build({ ...config, config: false, cwd, outDir: folder, clean: false, logLevel: "silent" });
  return join(folder, "proxy.js");
}
