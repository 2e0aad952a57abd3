import { readFile } from "node:fs/promises";
import { isFields } from "../../artifacts/kept-file.ts";
import { CozyError, messageOf, systemCode } from "../../errors/cozy-error.ts";
import type { ProxySettings } from "../../hosts/host.ts";
import { proofHeaders, readProofToken } from "../proof-token.ts";
import { askSite, type SiteReply } from "./ask-site.ts";
import type { NginxProxyParts } from "./nginx-proxy.ts";
import { sitePath } from "./own-locations.ts";
import { readSiteHead, type SiteHead } from "./site-head.ts";

type Parts = Pick<NginxProxyParts, "environment" | "layout" | "tokenFile">;

/** Fails unless nginx runs and serves this environment's site as it was written last, with the folders that the project asks for. */
export async function ensureSite(parts: Parts, settings: ProxySettings, signal: AbortSignal): Promise<void> {
  const site = await readSite(parts);
  const served = await servedSite(parts, site, signal);
  const { id } = parts.layout;
  if (served["site"] !== id)
    throw notServed(parts, `it says that it is the site of ${String(served["site"])}`);
  if (served["version"] !== site.version) {
    throw notServed(parts, `it has not read the site's file since that was written (${site.version})`);
  }
  for (const folder of ["staticUrl", "mediaUrl"] as const) {
    const wanted = settings[folder] ?? null;
    if (served[folder] === wanted) continue;
    const names = folder === "staticUrl" ? "static" : "media";
    throw new CozyError("site-out-of-date", {
      message: `The project serves its ${names} files at ${JSON.stringify(wanted)}; nginx serves the site of ${id} with ${JSON.stringify(served[folder])}.`,
      state: "Nothing was changed; what serves goes on.",
      next: `cozy setup ${parts.environment}`,
    });
  }
}

/** How the site is asked, as its file says. */
export async function readSite(parts: Parts): Promise<SiteHead> {
  const { nginxSite, id } = parts.layout;
  const text = await readFile(nginxSite, "utf8").catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return undefined;
    throw error;
  });
  const head = text === undefined ? undefined : readSiteHead(text);
  if (head !== undefined) return head;
  throw new CozyError("site-missing", {
    message: `This host has no nginx site for ${id}: ${nginxSite} ${text === undefined ? "is not there" : "is not one of this cozy's"}.`,
    state: "Nothing was changed.",
    next: `cozy setup ${parts.environment}`,
  });
}

async function servedSite(
  parts: Parts,
  site: SiteHead,
  signal: AbortSignal,
): Promise<Record<string, unknown>> {
  const token = await readProofToken(parts.tokenFile);
  const within = AbortSignal.any([signal, AbortSignal.timeout(withinMs)]);
  let reply: SiteReply;
  try {
    reply = await askSite(site, sitePath, { [proofHeaders.token]: token }, within);
  } catch (error) {
    signal.throwIfAborted();
    throw notServed(
      parts,
      `port ${site.port} of this host gave no answer (${systemCode(error) ?? messageOf(error)})`,
    );
  }
  const answer = reply.status === 200 ? parsed(reply.text) : undefined;
  if (answer !== undefined) return answer;
  throw notServed(parts, `${site.name} answered ${reply.status} where it should say which site it is`);
}

const withinMs = 5_000;

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) && value["format"] === 1 ? value : undefined;
  } catch {
    return undefined;
  }
}

function notServed({ layout, environment }: Parts, why: string): CozyError {
  return new CozyError("site-not-served", {
    message: `nginx does not serve the site of ${layout.id}: ${why}.`,
    state: "Nothing was changed; what serves goes on.",
    next: `cozy setup ${environment}`,
  });
}
