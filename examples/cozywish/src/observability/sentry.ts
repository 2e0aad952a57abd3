import * as Sentry from "@sentry/node";
import type { Identity } from "../settings/settings.ts";
import type { Observers } from "./observers.ts";

const CLOSE_TIMEOUT_MS = 2_000;

/**
 * Faults go to Sentry because we hand them over. Its default integrations, which look into modules, requests and
 * the console by themselves, stay out: they cost every request something, and send more than we would.
 */
export function openSentry(dsn: string, identity: Identity): Pick<Observers, "report" | "close"> {
  Sentry.initWithoutDefaultIntegrations({
    dsn,
    release: identity.release,
    environment: identity.environment ?? "local",
    serverName: identity.instance,
    integrations: [Sentry.linkedErrorsIntegration(), Sentry.contextLinesIntegration()],
  });
  return {
    report: (error, about) => void Sentry.captureException(error, { tags: about }),
    close: async () => void (await Sentry.close(CLOSE_TIMEOUT_MS).catch(() => {})),
  };
}
