import { splitCommand } from "../../command-words.ts";
import type { Package } from "./package-file.ts";
import type { CommandText } from "../findings.ts";
import { isAssignment } from "../procfile.ts";

/** Programs that serve a developer: they compile at each start, watch files, or answer with debug pages. */
const developing =
  /\b(next dev|nest start|nodemon|ts-node-dev|tsx watch|--watch|webpack(-dev-server| serve)|react-scripts start|ng serve|(astro|nuxt|nuxi|react-router|remix|vite|wrangler) dev|--inspect)\b|^vite( --\S+)*$/;

const productionNames = [
  "start:prod",
  "start:production",
  "start-prod",
  "production",
  "prod",
  "serve",
  "preview",
];

/** A script of package.json without what cozy does itself: building, migrating, and handing over variables. */
export interface StartScript {
  readonly name: string;
  readonly command: CommandText;
  /** What was left out of it, for the comment. */
  readonly without: string;
}

/** The script that starts the application in production; `undefined` where all of them start a development server. */
export function startScript(pkg: Package): StartScript | undefined {
  const name = ["start", ...productionNames].find((one) => {
    const script = pkg.scripts[one];
    return script !== undefined && !developing.test(lastPart(script));
  });
  return name === undefined ? undefined : plainScript(pkg, name);
}

/** A script as a command, through npm only where a shell is needed: npm takes its time and keeps signals from the application. */
export function plainScript(pkg: Package, name: string): StartScript {
  const script = pkg.scripts[name] ?? "";
  const viaNpm = { name, command: `npm run ${name}`, without: "" };
  const parts = script.split(/\s*&&\s*/);
  const rest = parts.filter((part, index) => index === parts.length - 1 || !isBuild(part, pkg));
  const [only = ""] = rest;
  if (rest.length > 1) return viaNpm;
  const called = /^(?:npm|pnpm|yarn)(?: run)? ([\w:.-]+)$/.exec(only)?.[1];
  if (called !== undefined && called !== name && pkg.scripts[called] !== undefined)
    return { ...plainScript(pkg, called), name };
  const { command, without } = withoutAssignments(only);
  const direct = splitCommand(command);
  if (!direct.ok || /^(npm|pnpm|yarn|npx|bun)$/.test(direct.words[0] ?? "")) return viaNpm;
  const dropped = [...(parts.length > 1 ? parts.slice(0, -1) : []), ...without];
  const own = / --env-file=\S+/.exec(command)?.[0] ?? "";
  return {
    name,
    command: command.replace(own, ""),
    without: [...dropped, own.trim()]
      .filter((one) => one !== "")
      .map((one) => `\`${one}\``)
      .join(", "),
  };
}

function lastPart(script: string): string {
  return script.split(/\s*&&\s*/).at(-1) ?? script;
}

/** What stands before the start and has happened already when a release is started. */
function isBuild(part: string, pkg: Package): boolean {
  return (
    /^(npm|pnpm|yarn)( run)? build(:\S+)?$/.test(part) ||
    /^(tsc|tsup|vite build|next build|nest build)( |$)/.test(part) ||
    part === pkg.scripts["build"]
  );
}

/** cozy sets NODE_ENV itself; what else is set needs `env`, since no shell is behind a command. */
function withoutAssignments(script: string): {
  readonly command: string;
  readonly without: readonly string[];
} {
  let rest = script.replace(/^cross-env(-shell)? /, "");
  const kept: string[] = [];
  const without: string[] = [];
  while (isAssignment(rest)) {
    const [assignment = ""] = /^\S+/.exec(rest) ?? [];
    if (assignment === "NODE_ENV=production") without.push(assignment);
    else kept.push(assignment);
    rest = rest.slice(assignment.length).trimStart();
  }
  return { command: kept.length > 0 ? `env ${kept.join(" ")} ${rest}` : rest, without };
}
