import type { Files } from "../files.ts";
import type { CommandText, Found } from "../findings.ts";
import type { Package } from "./package-file.ts";

/**
 * How Next.js is built. Turbopack compiles nothing from outside of the application's folder, and that is where a build's packages are;
 * and a standalone server is left without the files that it serves.
 */
export function nextBuild(files: Files, pkg: Package, standalone: boolean): Found<CommandText> | undefined {
  const script = pkg.scripts["build"];
  if (script === undefined) return undefined;
  const why: string[] = [];
  let command = "npm run build";
  const plain = /^next build(?: --(?:turbo|turbopack))?$/.test(script);
  const turbopack =
    /--turbo/.test(script) || ((pkg.major("next") ?? 16) >= 16 && !script.includes("--webpack"));
  if (turbopack && plain) {
    command = (pkg.major("next") ?? 16) >= 16 ? "next build --webpack" : "next build";
    why.push("not by Turbopack, which compiles no packages outside of the application's folder");
  }
  if (!standalone)
    return why.length === 0
      ? undefined
      : { value: command, where: `scripts.build of package.json, ${why.join(", ")}` };
  const copies = [
    ".next/static .next/standalone/.next/",
    ...(files.list("public").length > 0 ? ["public .next/standalone/"] : []),
  ];
  const all = [command, ...copies.map((one) => `cp -R ${one}`)].join(" && ");
  why.push("and what a standalone server has to be given");
  return { value: ["sh", "-c", all], where: `scripts.build of package.json, ${why.join(", ")}` };
}
