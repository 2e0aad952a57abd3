import { defineConfig, type UserConfig } from "tsdown";

const shared: UserConfig = {
  platform: "node",
  format: "esm",
  target: "node22.15",
  dts: false,
  outExtensions: () => ({ js: ".js" }),
  // Everything is bundled: a start of the CLI reads a few files, and the package has no dependencies to install.
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
};

const builds: UserConfig[] = [
  { ...shared, entry: { main: "src/main.ts", index: "src/index.ts" }, clean: true },
  // The agents run for months from a copy of their own, so each is one file that imports nothing of the package.
  {
    ...shared,
    entry: { supervisor: "src/instances/supervisor/main.ts" },
    outDir: "dist/agents",
    clean: true,
  },
  { ...shared, entry: { proxy: "src/routing/proxy/main.ts" }, outDir: "dist/agents", clean: false },
];

export default defineConfig(builds);
