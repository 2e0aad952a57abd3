import { relative, isAbsolute } from "node:path";
import { fault, pathText, type Fault, type Path } from "./faults.ts";
import { isOwnMachine } from "./own-machine.ts";
import type { Environment, Project } from "./project.ts";
import type { ServersTarget } from "./servers.ts";

/** What the project file may say and is likely not meant; in lines, each with its place. Pure. */
export function projectWarnings(project: Project): string[] {
  return Object.values(project.environments)
    .flatMap((environment) => warningsOf(project, environment))
    .map(({ path, message }) => `${pathText(path)} ${message}`);
}

function warningsOf(project: Project, environment: Environment): Fault[] {
  const at = ["environments", environment.name];
  const { target } = environment;
  return [
    ...noCopyBeforeMigrations(project, environment, at),
    ...(target.kind === "servers"
      ? [
          ...severalHosts(project, environment, target, at),
          ...buildsBesideProduction(project, target, at),
          ...passwordInTheClear(environment, target, at),
          ...keyInTheProject(project, environment, at),
        ]
      : []),
  ];
}

function noCopyBeforeMigrations({ app }: Project, { database }: Environment, at: Path): Fault[] {
  if (database?.kind !== "postgres" || app.migrate === undefined) return [];
  const message =
    "is `postgres()`, of which this version of cozy makes no copy before a migration, as it does of `sqlite()`: see to a backup before a deploy that migrates";
  return [fault([...at, "database"], message)];
}

function severalHosts(
  { app }: Project,
  { services, variables }: Environment,
  { hosts }: ServersTarget,
  at: Path,
): Fault[] {
  if (hosts.length < 2) return [];
  const many = `there are ${hosts.length} servers`;
  const cache = variables["CACHE_URL"];
  return [
    ...(app.persist.length === 0
      ? []
      : [
          fault(
            ["app", "persist"],
            `is a folder of its own on each server of \`${String(at.at(-1))}\`, and ${many}`,
          ),
        ]),
    ...(services.cache === "memory"
      ? [
          fault(
            [...at, "cache"],
            `is \`memory()\`, and ${many}: what one of them forgets, the others go on telling`,
          ),
        ]
      : []),
    ...(services.cache === "redis" && cache?.from === "literal" && isOwnMachine(cache.value)
      ? [
          fault(
            [...at, "cache", "url"],
            `leads to the server itself, and ${many}: what one of them forgets, the others go on telling`,
          ),
        ]
      : []),
    ...(services.queue === "memory"
      ? [fault([...at, "queue"], `is \`memory()\`, and ${many}: a job waits in the process that took it`)]
      : []),
  ];
}

/** A build takes whatever memory and processors it finds. */
function buildsBesideProduction({ environments }: Project, { builder }: ServersTarget, at: Path): Fault[] {
  const production = environments["production"]?.target;
  if (builder === undefined || production?.kind !== "servers") return [];
  if (!production.hosts.some(({ address }) => address === builder.address)) return [];
  const message = `is ${builder.name}, which serves \`production\`: each build takes memory and processors there that visitors wait for; a server that serves no visitors is the better one`;
  return [fault([...at, "target", "builder"], message)];
}

function passwordInTheClear(
  { access, domains }: Environment,
  { balancer }: ServersTarget,
  at: Path,
): Fault[] {
  if (access?.password === undefined || balancer?.endsTls === true) return [];
  if (domains !== undefined && domains.certificate.kind !== "none") return [];
  const message = "goes over the network in the clear: the site has no certificate, and no balancer ends TLS";
  return [fault([...at, "access", "password"], message)];
}

function keyInTheProject({ root }: Project, { domains }: Environment, at: Path): Fault[] {
  if (domains?.certificate.kind !== "given") return [];
  const inside = relative(root, domains.certificate.key);
  if (isAbsolute(inside) || inside === ".." || inside.startsWith("../")) return [];
  return [
    fault(
      [...at, "domains", "certificate", "key"],
      `is "${inside}", inside the project: see that git ignores it`,
    ),
  ];
}
