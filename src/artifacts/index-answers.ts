import { systemCode } from "../errors/cozy-error.ts";

const unreachable = new Set([
  "ENOTFOUND",
  "EAI_AGAIN",
  "ECONNREFUSED",
  "ECONNRESET",
  "ETIMEDOUT",
  "ENETUNREACH",
  "EHOSTUNREACH",
  "ENETDOWN",
  "UND_ERR_CONNECT_TIMEOUT",
]);

/**
 * The address of the package index where it can't be reached. Installers tell a network that is gone and a package that is missing by
 * messages only, so the index itself is asked; through a proxy it can't be known.
 */
export async function indexIsSilent(
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const proxied = Object.keys(env).some((name) => /^(https?|all)_proxy$/i.test(name));
  if (proxied || env["UV_NO_INDEX"] !== undefined || env["PIP_NO_INDEX"] !== undefined) return undefined;
  const index =
    env["UV_DEFAULT_INDEX"] ?? env["UV_INDEX_URL"] ?? env["PIP_INDEX_URL"] ?? "https://pypi.org/simple/";
  try {
    const answer = await fetch(index, {
      method: "HEAD",
      signal: AbortSignal.any([signal, AbortSignal.timeout(8_000)]),
    });
    await answer.body?.cancel();
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const code = systemCode(error instanceof Error ? error.cause : undefined) ?? systemCode(error);
    return unreachable.has(code ?? "") ? withoutCredentials(index) : undefined;
  }
}

function withoutCredentials(address: string): string {
  return URL.canParse(address) ? new URL(address).host : "that was set";
}
