import type {
  Database as DatabaseInput,
  Environment as EnvironmentInput,
  MemoryOrRedis,
  ProcessOverride,
} from "./input.ts";
import {
  mapValues,
  normaliseDrain,
  normaliseLimits,
  normaliseSmoke,
  normaliseValue,
} from "./normalise-parts.ts";
import { normaliseBackups, normalisePromises, normaliseRehearsal } from "./normalise-recovery.ts";
import { overriddenSchedules } from "./normalise-schedules.ts";
import {
  normaliseAccess,
  normaliseDomains,
  normaliseHttp,
  normaliseServers,
  type Folders,
} from "./normalise-servers.ts";
import { normaliseStrategy } from "./normalise-strategy.ts";
import {
  serviceNames,
  serviceVariables,
  type App,
  type Database,
  type Environment,
  type ProcessType,
  type ServiceName,
  type SmokeCheck,
  type ValueSource,
} from "./project.ts";
import { durationMs } from "./units.ts";

/** An environment with the application's own settings under it. */
export function normaliseEnvironment(
  name: string,
  input: EnvironmentInput,
  app: App,
  folders: Folders,
): Environment {
  const { target, domains } = input;
  return {
    name,
    target:
      target.kind === "servers"
        ? normaliseServers(target, folders)
        : { kind: "this-machine", port: target.port, address: target.address ?? "127.0.0.1" },
    domains: domains && normaliseDomains(domains, folders),
    access: input.access && normaliseAccess(input.access),
    http: normaliseHttp(input.http ?? {}, name),
    database: input.database && normaliseDatabase(input.database),
    media: input.media && {
      kind: "disk",
      variable: input.media.variable ?? "MEDIA_URL",
      url: input.media.url ?? "/media/",
    },
    variables: { ...mapValues(input.variables ?? {}, normaliseValue), ...addresses(input) },
    services: Object.fromEntries(given(input).map(([service, { kind }]) => [service, kind])),
    processes: mapValues(app.processes, (type, typeName) =>
      overridden(type, input.processes?.[typeName] ?? {}),
    ),
    smoke: [...app.smoke, ...(input.smoke ?? []).map(normaliseSmoke), ...migrationsApplied(app, input)],
    drain: normaliseDrain(input.drain ?? {}, app.drain),
    schedules: overriddenSchedules(app.schedules, input.schedules ?? {}),
    keep: { releases: input.keep?.releases ?? 5, warmMs: durationMs(input.keep?.warm ?? "10m") },
    strategy: normaliseStrategy(input.strategy),
    backups: input.backups && normaliseBackups(input.backups, folders.root),
    rehearsal: input.rehearsal && normaliseRehearsal(input.rehearsal),
    promises: normalisePromises(input.promises ?? {}),
  };
}

function normaliseDatabase(input: DatabaseInput): Database {
  const variable = databaseVariable(input);
  if (input.kind === "sqlite") return { kind: "sqlite", variable };
  return { kind: "postgres", variable, connections: input.connections, pool: input.pool };
}

function databaseVariable({ variable = "DATABASE_URL" }: DatabaseInput): string {
  return variable;
}

function overridden(type: ProcessType, override: ProcessOverride): ProcessType {
  return {
    ...type,
    count: override.count ?? type.count,
    limits: normaliseLimits(override.limits ?? {}, type.limits),
  };
}

/** Where cozy does not run Django's own migrate, somebody else must have: a release on an older schema is not put into force. */
function migrationsApplied({ django, migrate }: App, { database }: EnvironmentInput): SmokeCheck[] {
  if (database === undefined || django?.checkMigrations !== true || migrate?.includes("migrate")) return [];
  return [{ kind: "command", command: ["python", "manage.py", "migrate", "--check"], withinMs: 60_000 }];
}

function given(input: EnvironmentInput): (readonly [ServiceName, MemoryOrRedis])[] {
  return serviceNames.flatMap((service) => {
    const where = input[service];
    return where === undefined ? [] : [[service, where] as const];
  });
}

/** The application finds servers of databases, cache, sessions and queue by variables like any other. */
function addresses(input: EnvironmentInput): Record<string, ValueSource> {
  const services = given(input).map(([service, where]) => {
    const variable = serviceVariables[service];
    const url = where.kind === "redis" ? where.url : "memory:";
    return [variable, normaliseValue(url, variable)] as const;
  });
  const { database } = input;
  if (database?.kind !== "postgres") return Object.fromEntries(services);
  const variable = databaseVariable(database);
  return Object.fromEntries([...services, [variable, normaliseValue(database.url, variable)]]);
}
