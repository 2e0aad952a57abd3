import { existsSync } from "node:fs";
import { parseDatabaseAddress, type DatabaseAddress } from "../databases/address.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { databaseFile } from "../hosts/machine/release-variables.ts";
import { releaseAt } from "../hosts/release-folder.ts";
import type { CommandContext } from "./command-context.ts";
import { developmentPlace } from "./development-place.ts";
import { openEnvironment, type OpenEnvironment } from "./open-environment.ts";
import { openHost } from "./open-host.ts";

export interface FoundDatabase {
  /** For prompts and messages. */
  readonly environment: string;
  readonly address: DatabaseAddress;
}

/** The database that a release has, or the working tree where `dev` is asked for; it is there, as far as that can be seen. */
export async function findDatabase(
  context: CommandContext,
  environment: string | undefined,
  release: string | undefined,
): Promise<FoundDatabase> {
  const place = await developmentPlace(context, environment);
  if (place) return found("dev", "DATABASE_URL", place.variables["DATABASE_URL"], place.folder);
  const opened = await openEnvironment(context, environment);
  const variable = opened.environment.database?.variable ?? "DATABASE_URL";
  const { text, folder } = await addressText(context, opened, variable, release);
  return found(opened.environment.name, variable, text, folder);
}

async function addressText(
  context: CommandContext,
  opened: OpenEnvironment,
  variable: string,
  asked: string | undefined,
): Promise<{ readonly text: string | undefined; readonly folder: string }> {
  const host = await openHost(context, opened);
  const { paths, environment } = opened;
  const release = asked ?? (await host.observe(context.signal)).current;
  if (release !== undefined) {
    const { variables } = await host.oneOff(release, []);
    return { text: variables[variable], folder: releaseAt(paths, release).app };
  }
  // Cozy's own database outlives releases, and may have been there before the first.
  const text = environment.database?.kind === "sqlite" ? `sqlite:///${databaseFile(paths)}` : undefined;
  return { text, folder: paths.root };
}

function found(
  environment: string,
  variable: string,
  text: string | undefined,
  folder: string,
): FoundDatabase {
  if (text === undefined || text === "") {
    throw new CozyError("no-database", {
      message: `${environment} has no ${variable}, so its database is not known.`,
      next:
        environment === "dev"
          ? `Set ${variable} in .env; without it the application has a default of its own.`
          : `cozy deploy ${environment}`,
    });
  }
  const address = parseDatabaseAddress(text, folder);
  if (address === undefined) {
    const [scheme = ""] = text.split(":", 1);
    throw new CozyError("database-address-unknown", {
      message: `${variable} of ${environment} begins with \`${scheme}:\`; cozy db knows sqlite: and postgres:.`,
      next: `Open it with its own program: cozy run ${environment} -- <command>`,
    });
  }
  if (address.kind === "sqlite" && !existsSync(address.file)) {
    throw new CozyError("no-database", {
      message: `The database of ${environment} is not there yet: ${address.file}.`,
      next: environment === "dev" ? "cozy dev --setup" : `cozy deploy ${environment}`,
    });
  }
  return { environment, address };
}
