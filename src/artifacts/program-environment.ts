import type { Variables } from "./npm.ts";

const passedOn = new RegExp(
  `^(HOME|USER|LOGNAME|TMPDIR|PATH|LANG|SSH_AUTH_SOCK|XDG_\\w+|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|${[
    "(https?|all|no)_proxy",
    "PYENV_\\w+",
    "PIP_(INDEX_URL|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|TRUSTED_HOST|CERT|CLIENT_CERT|PROXY|CONFIG_FILE|CACHE_DIR|\\w*TIMEOUT|RETRIES|KEYRING_PROVIDER)",
    "UV_(DEFAULT_INDEX|INDEX\\w*|EXTRA_INDEX_URL|FIND_LINKS|NO_INDEX|INSECURE_HOST|NATIVE_TLS|SYSTEM_CERTS|CONFIG_FILE|NO_CONFIG|CACHE_DIR|OFFLINE|HTTP_RETRIES|\\w*TIMEOUT|KEYRING_PROVIDER)",
  ].join("|")})$`,
  "i",
);

/** What Python and its installers see of the deployer's environment: who the user is, and how the network is reached. */
export function programEnvironment(env: Variables): Record<string, string> {
  const passed = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && passedOn.test(entry[0]),
  );
  return Object.fromEntries(passed);
}

/** The same for uv, which is told where packages come from as pip is: whoever has set pip up need not do it twice. */
export function uvEnvironment(env: Variables): Record<string, string> {
  const passed = programEnvironment(env);
  const asPip: Record<string, string | undefined> = {
    UV_DEFAULT_INDEX: passed["UV_INDEX_URL"] === undefined ? passed["PIP_INDEX_URL"] : undefined,
    UV_INDEX: passed["UV_EXTRA_INDEX_URL"] === undefined ? passed["PIP_EXTRA_INDEX_URL"] : undefined,
    // pip separates by spaces, uv by commas.
    UV_FIND_LINKS: passed["PIP_FIND_LINKS"]?.trim().split(/\s+/).join(","),
    UV_NO_INDEX: passed["PIP_NO_INDEX"],
    UV_INSECURE_HOST: passed["PIP_TRUSTED_HOST"],
    SSL_CERT_FILE: passed["PIP_CERT"],
    // The certificates that the machine trusts, those of a company's own proxy among them; under its older name and the newer one.
    UV_NATIVE_TLS: "1",
    UV_SYSTEM_CERTS: "1",
  };
  return {
    // uv's own waits between more tries would keep a deployer without a network waiting.
    UV_HTTP_RETRIES: "2",
    ...definedIn(asPip),
    ...passed,
    UV_PYTHON_DOWNLOADS: "never",
    UV_NO_PROGRESS: "1",
    // A tree's files are its own: no link to a cache that others write to.
    UV_LINK_MODE: "copy",
    NO_COLOR: "1",
  };
}

function definedIn(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined || value === "" ? [] : [[name, value]],
    ),
  );
}
