import type { Files } from "../files.ts";
import { firstThere } from "../files.ts";
import type { Note } from "../findings.ts";
import type { Package } from "./package-file.ts";

const ownLocks = ["npm-shrinkwrap.json", "package-lock.json"];
const otherLocks = {
  "pnpm-lock.yaml": "pnpm",
  "yarn.lock": "Yarn",
  "bun.lock": "Bun",
  "bun.lockb": "Bun",
} as const;
const installScripts = ["preinstall", "install", "postinstall"];

/** How the packages are locked, and what of a package.json a release can't have yet. */
export function findLockFile(
  files: Files,
  pkg: Package,
): { readonly notes: readonly Note[]; readonly missing: readonly string[] } {
  const script = installScripts.find((name) => pkg.scripts[name] !== undefined);
  const missing =
    script === undefined
      ? []
      : [
          `Install scripts: \`${script}\` of package.json (\`${pkg.scripts[script] ?? ""}\`) is not run, because dependency trees are shared between releases. Move what it does into \`build.command\`, and remove it.`,
        ];
  if (!pkg.hasDependencies) return { notes: [], missing };
  const own = firstThere(files, ownLocks);
  if (own !== undefined) {
    const note = { comment: `Packages are locked by ${own}.`, found: `packages: ${own}` };
    return { notes: [note], missing };
  }
  const other = Object.entries(otherLocks).find(([name]) => files.read(name) !== undefined);
  const why = other
    ? `there is ${other[0]} of ${other[1]}, and only npm's are carried out. Run \`npm install --package-lock-only && git rm ${other[0]}\``
    : "there is none. Run `npm install --package-lock-only`";
  return { notes: [], missing: [...missing, `A package-lock.json: ${why}, and commit package-lock.json.`] };
}
