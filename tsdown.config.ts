import { isBuiltin } from "node:module";
import { defineConfig, type UserConfig } from "tsdown";

/**
 * Takes Node's own modules as they are instead of importing them. An import of `node:http` evaluates everything that it exports, undici
 * and web sockets among it, which costs a command 30 ms of its start; a property of the module is looked up alone.
 */
const builtinsAsTheyAre = {
  name: "builtins-as-they-are",
  renderChunk(code: string): string {
    return code.replaceAll(/^import (?:([^"';]+) from )?"([\w:/.]+)";$/gm, (statement, names: string | undefined, id: string) => {
      if (!isBuiltin(id)) return statement;
      if (names === undefined) return "";
      const [, whole, , all, some] = /^(\w[\w$]*)?(, )?(?:\* as (\w[\w$]*))?(?:\{ (.+) \})?$/.exec(names) ?? [];
      const module = `globalThis.process.getBuiltinModule("${id}")`;
      const wholes = [whole, all].flatMap((name) => (name === undefined ? [] : `${name} = ${module}`));
      const parts = some === undefined ? [] : `{ ${some.replaceAll(" as ", ": ")} } = ${module}`;
      return `var ${[...wholes, ...[parts].flat()].join(", ")};`;
    });
  },
};

const shared: UserConfig = {
  platform: "node",
  format: "esm",
  target: "node22.15",
  dts: false,
  outExtensions: () => ({ js: ".js" }),
  // Everything is bundled: a start of the CLI reads a few files, and the package has no dependencies to install.
  deps: { alwaysBundle: [/.*/], onlyBundle: false },
  plugins: [builtinsAsTheyAre],
};

const builds: UserConfig[] = [
  { ...shared, entry: { main: "src/main.ts", index: "src/index.ts" }, clean: true },
  // The agents run for months from a copy of their own, so each is one file that imports nothing of the package.
  { ...shared, entry: { supervisor: "src/instances/supervisor/main.ts" }, outDir: "dist/agents", clean: true },
  { ...shared, entry: { proxy: "src/routing/proxy/main.ts" }, outDir: "dist/agents", clean: false },
];

export default defineConfig(builds);
