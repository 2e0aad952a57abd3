import { fileURLToPath } from "node:url";
import { replaced } from "./example-sandbox.ts";
import { sharedHome } from "./shared-home.ts";
import { createSandbox, type Sandbox, type SandboxOptions } from "./sandbox.ts";

/** The project file of the Django fixture; `more` goes into `django({ … })`. */
export function djangoConfig(port: number, more = "", processes = "web: { workers: 2 }"): string {
  return `import { defineProject, django, generated, secret, sqlite, thisMachine } from "cozywish";

export default defineProject({
  name: "tiny",
  app: django({
    runtime: ">=3.10",
    processes: { ${processes} },
    variables: { DJANGO_SECRET_KEY: secret() },
    ready: { path: "/ready", timeout: "20s" },
    smoke: [{ path: "/", status: 200, text: "version" }],
    ${more}
  }),
  environments: {
    staging: {
      target: thisMachine({ port: ${port} }),
      database: sqlite(),
      variables: { DJANGO_SECRET_KEY: generated() },
    },
  },
});
`;
}

const fixture = fileURLToPath(new URL("../fixtures/tiny-django", import.meta.url));

export async function createDjangoSandbox(options: Omit<SandboxOptions, "fixture"> = {}): Promise<Sandbox> {
  return createSandbox({ config: (port) => djangoConfig(port), ...options, fixture });
}

/** The same on the home of every such sandbox, where the project needs a name of its own. */
export async function createDjangoSandboxBesideOthers(
  name: string,
  config: (port: number) => string = djangoConfig,
): Promise<Sandbox> {
  return createDjangoSandbox({ home: sharedHome(), config: (port) => named(name, config(port)) });
}

export function named(name: string, config: string): string {
  return replaced(config, 'name: "tiny"', `name: "${name}"`);
}

/** What the fixture's front page says. */
export interface DjangoPage {
  readonly version: string;
  readonly release: string;
  /** Of the server that has the workers. */
  readonly pid: number;
  readonly settings: string;
  readonly notes: number;
  readonly style: string;
}

export async function djangoPage(url: string): Promise<DjangoPage> {
  const response = await fetch(`${url}/`);
  if (response.status !== 200) throw new Error(`status ${response.status}`);
  return (await response.json()) as DjangoPage;
}
