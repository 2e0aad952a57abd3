import { readdirSync, readFileSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { defineConfig, type UserConfig } from "tsdown";

/**
 * Takes Node's own modules as they are instead of importing them. An import of `node:http` evaluates everything that it exports, undici
 * and web sockets among it, which costs a command 30 ms of its start; a property of the module is looked up alone.
 */
const builtinsAsTheyAre = {
  name: "builtins-as-they-are",
  renderChunk(code: string): string {
    return code.replaceAll(
      /^import (?:([^"';]+) from )?"([\w:/.]+)";$/gm,
      (statement, names: string | undefined, id: string) => {
        if (!isBuiltin(id)) return statement;
        if (names === undefined) return "";
        const [, whole, , all, some] =
          /^(\w[\w$]*)?(, )?(?:\* as (\w[\w$]*))?(?:\{ (.+) \})?$/.exec(names) ?? [];
        const module = `globalThis.process.getBuiltinModule("${id}")`;
        const wholes = [whole, all].flatMap((name) => (name === undefined ? [] : `${name} = ${module}`));
        const parts = some === undefined ? [] : `{ ${some.replaceAll(" as ", ": ")} } = ${module}`;
        return `var ${[...wholes, ...[parts].flat()].join(", ")};`;
      },
    );
  },
};

/** commander can run subcommands that are programs of their own; cozy has none, and starts sooner without what it takes. */
const commanderWithoutPrograms = {
  name: "commander-without-programs",
  resolveId(id: string, importer?: string) {
    return id === "node:child_process" && importer?.includes("/node_modules/commander/")
      ? "\0no-programs"
      : null;
  },
  load(id: string) {
    return id === "\0no-programs" ? "export default {};" : null;
  },
};

/** The licences of what is bundled go with it, in a file of each bundle's own. */
const licences = (fileName: string) => ({
  name: "licences",
  generateBundle(
    this: { emitFile(file: { type: "asset"; fileName: string; source: string }): string },
    _options: unknown,
    bundle: object,
  ): void {
    const modules = Object.values(bundle).flatMap((chunk: { moduleIds?: string[] }) => chunk.moduleIds ?? []);
    const packages = new Set(modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id) ?? []));
    if (packages.size === 0) return;
    const source = [...packages]
      .sort()
      .map(licenceOf)
      .join(`\n${"-".repeat(80)}\n\n`);
    this.emitFile({ type: "asset", fileName, source });
  },
});

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  return `${name} ${version} (${license})\n\n${file === undefined ? "" : readFileSync(join(folder, file), "utf8")}`;
}

const shared: UserConfig = {
  platform: "node",
  format: "esm",
  target: "node22.15",
  dts: false,
  outExtensions: () => ({ js: ".js" }),
  // Everything is bundled: a start of the CLI reads a few files, and the package has no dependencies to install.
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
};

const plugins = [builtinsAsTheyAre, commanderWithoutPrograms];

/** Agents run for months from a copy of their own, so each is one file that imports nothing of the package. */
function agent(name: string): UserConfig {
  return {
    ...shared,
    outDir: "dist/agents",
    clean: false,
    plugins: [...plugins, licences(`third-party-licences-${name}.txt`)],
    outputOptions: { codeSplitting: false },
  };
}

const builds: UserConfig[] = [
  {
    ...shared,
    entry: { main: "src/main.ts", index: "src/index.ts" },
    clean: true,
    plugins: [...plugins, licences("third-party-licences.txt")],
  },
  // The entries stand here as they are, because knip reads them without running this file.
  { ...agent("supervisor"), entry: { supervisor: "src/instances/supervisor/main.ts" }, clean: true },
  { ...agent("proxy"), entry: { proxy: "src/routing/proxy/main.ts" } },
  { ...agent("relay"), entry: { relay: "src/instances/relay/main.ts" } },
  { ...agent("schedules"), entry: { schedules: "src/schedules/agent/main.ts" } },
  { ...agent("backup"), entry: { backup: "src/recovery/agent/main.ts" } },
  { ...agent("host"), entry: { host: "src/hosts/agent/main.ts" } },
  { ...agent("builder"), entry: { builder: "src/hosts/builder/main.ts" } },
  // cozy itself, for a server that carries out a deployer's command.
  { ...agent("cozy"), entry: { cozy: "src/commands/on-host/main.ts" } },
];

export default defineConfig(builds);
