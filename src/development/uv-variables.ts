import type { Variables } from "./platform.ts";

const names: Readonly<Record<string, string>> = {
  PIP_INDEX_URL: "UV_DEFAULT_INDEX",
  PIP_EXTRA_INDEX_URL: "UV_INDEX",
  PIP_FIND_LINKS: "UV_FIND_LINKS",
  PIP_CERT: "SSL_CERT_FILE",
};

/** What a developer has told pip of the network, in uv's own variables; what is set for uv counts before it. */
export function uvVariables(env: Variables): Record<string, string> {
  return Object.fromEntries(
    Object.entries(names).flatMap(([pip, uv]) => {
      const value = env[pip];
      return value === undefined || value === "" || env[uv] !== undefined ? [] : [[uv, value]];
    }),
  );
}
