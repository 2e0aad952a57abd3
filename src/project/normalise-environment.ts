import type { Environment as EnvironmentInput, ProcessOverride } from "./input.ts";
import {
  mapValues,
  normaliseDrain,
  normaliseLimits,
  normaliseSmoke,
  normaliseValue,
} from "./normalise-parts.ts";
import type { App, Environment, ProcessType } from "./project.ts";
import { durationMs } from "./units.ts";

/** An environment with the application's own settings under it. */
export function normaliseEnvironment(name: string, input: EnvironmentInput, app: App): Environment {
  return {
    name,
    target: { kind: "this-machine", port: input.target.port, address: input.target.address ?? "127.0.0.1" },
    database: input.database && { kind: "sqlite", variable: input.database.variable ?? "DATABASE_URL" },
    media: input.media && {
      kind: "disk",
      variable: input.media.variable ?? "MEDIA_URL",
      url: input.media.url ?? "/media/",
    },
    variables: mapValues(input.variables ?? {}, normaliseValue),
    processes: mapValues(app.processes, (type, typeName) =>
      overridden(type, input.processes?.[typeName] ?? {}),
    ),
    smoke: [...app.smoke, ...(input.smoke ?? []).map(normaliseSmoke)],
    drain: normaliseDrain(input.drain ?? {}, app.drain),
    keep: { releases: input.keep?.releases ?? 5, warmMs: durationMs(input.keep?.warm ?? "10m") },
  };
}

function overridden(type: ProcessType, override: ProcessOverride): ProcessType {
  return {
    ...type,
    count: override.count ?? type.count,
    limits: normaliseLimits(override.limits ?? {}, type.limits),
  };
}
