import { describe, expect, it } from "vitest";
import {
  defineProject,
  dotenv,
  fromEnvironment,
  fromSecrets,
  generated,
  node,
  optional,
  required,
  secret,
  thisMachine,
} from "../index.ts";
import type { Value } from "../index.ts";
import { parseProject } from "../project/parse-project.ts";
import type { Environment, Project } from "../project/project.ts";
import type { GeneratedStore } from "./generated-values.ts";
import {
  type VariablePorts,
  resolveAccessPassword,
  resolveBuildVariables,
  resolveVariables,
  revealed,
  secretsOf,
} from "./resolve-variables.ts";
import { cronFault } from "../schedules/times.ts";
import { Secret } from "./secret.ts";

class MemoryStore implements GeneratedStore {
  values: Readonly<Record<string, string>> = {};
  writes = 0;
  read(): Promise<Readonly<Record<string, string>>> {
    return Promise.resolve(this.values);
  }
  write(values: Readonly<Record<string, string>>): Promise<void> {
    this.values = values;
    this.writes += 1;
    return Promise.resolve();
  }
}

const declared = {
  LOG_LEVEL: "info",
  SESSION_KEY: secret(),
  MAIL_FROM: required(),
  SENTRY_DSN: optional(),
  CITY: required(),
};

function shop(variables: Readonly<Record<string, Value>>): { project: Project; environment: Environment } {
  const file = defineProject({
    name: "shop",
    app: node({
      runtime: "24",
      processes: { web: "node server.js" },
      build: { variables: { NODE_ENV: "production" }, secrets: { NPM_TOKEN: fromEnvironment() } },
      variables: declared,
    }),
    environments: { local: { target: thisMachine({ port: 8080 }), variables } },
  });
  const parsed = parseProject(file, {
    root: "/p",
    configPath: "/p/cozy.config.ts",
    homeFolder: "/home/ada",
    cronFault,
    findRuntime: () => ({ ok: false, reason: "" }),
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.faults));
  const environment = parsed.project.environments["local"];
  if (!environment) throw new Error("no environment");
  return { project: parsed.project, environment };
}

describe("resolveAccessPassword", () => {
  it("is none where nobody is asked, the value where it is there, and an error where it is not", async () => {
    const { project, environment } = shop(complete);
    const asked: Environment = {
      ...environment,
      access: { password: { user: "team", value: { from: "secrets", name: "SITE" } }, addresses: [] },
    };
    const there = ports({ secret: (name) => Promise.resolve(name === "SITE" ? "letmein" : undefined) });
    expect(await resolveAccessPassword(project, environment, there)).toBeUndefined();
    expect((await resolveAccessPassword(project, asked, there))?.reveal()).toBe("letmein");
    await expect(resolveAccessPassword(project, asked, ports())).rejects.toMatchObject({
      code: "variables-missing",
      message: "A variable has no value for the access to `local` of `shop`.",
      next: expect.stringContaining("cozy secrets set local SITE"),
    });
  });
});

function ports(
  over: Partial<VariablePorts> & { files?: Readonly<Record<string, string>> } = {},
): VariablePorts {
  return {
    env: {},
    readFile: (file) => Promise.resolve(over.files?.[file]),
    secret: () => Promise.resolve(undefined),
    generatedStore: new MemoryStore(),
    random: (bytes) => new Uint8Array(bytes).fill(7),
    ...over,
  };
}

const complete = {
  SESSION_KEY: generated(),
  MAIL_FROM: fromEnvironment("SHOP_MAIL"),
  SENTRY_DSN: fromEnvironment(),
  CITY: dotenv(".env.local"),
};

describe("resolveVariables", () => {
  it("takes each value from its source, and the default where nothing is given", async () => {
    const { project, environment } = shop(complete);
    const values = await resolveVariables(
      project,
      environment,
      ports({
        env: { SHOP_MAIL: "shop@example.org" },
        files: { ".env.local": 'export CITY="Bad Ems" # by the river\n' },
      }),
    );
    expect(revealed(values)).toEqual({
      LOG_LEVEL: "info",
      MAIL_FROM: "shop@example.org",
      CITY: "Bad Ems",
      SESSION_KEY: Buffer.alloc(32, 7).toString("base64url"),
    });
    expect(secretsOf(values)).toHaveLength(1);
    expect(values["SESSION_KEY"]).toBeInstanceOf(Secret);
  });

  it("tells all that are missing at once, with where each should come from, and draws nothing", async () => {
    const { project, environment } = shop(complete);
    const store = new MemoryStore();
    const told = resolveVariables(
      project,
      environment,
      ports({ env: { SHOP_MAIL: "" }, generatedStore: store }),
    );
    await expect(told).rejects.toMatchObject({
      code: "variables-missing",
      message: "2 variables have no value for `local` of `shop`.",
      details: [
        "MAIL_FROM: SHOP_MAIL in the environment that cozy was started with is empty",
        "CITY: the file .env.local is not there",
      ],
    });
    expect(store.writes).toBe(0);
  });

  it("takes what the environment's encrypted file holds, always as a secret, and tells what it lacks", async () => {
    const { project, environment } = shop({
      ...complete,
      MAIL_FROM: fromSecrets("MAIL"),
      CITY: fromSecrets(),
    });
    const kept: Readonly<Record<string, string>> = { MAIL: "shop@example.org" };
    const from = (more: Readonly<Record<string, string>>) =>
      ports({ secret: (name) => Promise.resolve({ ...kept, ...more }[name]) });
    const values = await resolveVariables(project, environment, from({ CITY: "Bad Ems" }));
    expect(values["MAIL_FROM"]).toBeInstanceOf(Secret);
    expect(revealed(values)).toMatchObject({ MAIL_FROM: "shop@example.org", CITY: "Bad Ems" });
    await expect(resolveVariables(project, environment, from({}))).rejects.toMatchObject({
      code: "variables-missing",
      details: ["CITY: CITY in the environment's secrets is not there"],
    });
  });

  it("hides an address that has a password in it, whatever is declared of it", async () => {
    const { project, environment } = shop({ ...complete, MAIL_FROM: fromEnvironment() });
    const values = await resolveVariables(
      project,
      environment,
      ports({
        env: { MAIL_FROM: "smtp://shop:letmein@mail.example.org" },
        files: { ".env.local": "CITY=smtp://mail.example.org" },
      }),
    );
    expect(values["MAIL_FROM"]).toBeInstanceOf(Secret);
    expect(values["CITY"]).toBe("smtp://mail.example.org");
  });

  it("draws a value once and keeps it", async () => {
    const { project, environment } = shop(complete);
    const store = new MemoryStore();
    let drawn = 0;
    const all = ports({
      env: { SHOP_MAIL: "m" },
      files: { ".env.local": "CITY=x" },
      generatedStore: store,
      random: (bytes) => new Uint8Array(bytes).fill((drawn += 1)),
    });
    const first = revealed(await resolveVariables(project, environment, all));
    const second = revealed(await resolveVariables(project, environment, all));
    expect(second).toEqual(first);
    expect([drawn, store.writes]).toEqual([1, 1]);
  });

  it("hides what comes from outside and was not declared harmless", async () => {
    const { project, environment } = shop({ ...complete, SENTRY_DSN: "https://k@example.org/1" });
    const undeclared = { ...project, app: { ...project.app, variables: {} } };
    const all = ports({ env: { SHOP_MAIL: "m" }, files: { ".env.local": "CITY=x" } });
    expect(JSON.stringify(await resolveVariables(undeclared, environment, all))).toBe(
      '{"MAIL_FROM":"[REDACTED]","SENTRY_DSN":"[REDACTED]","CITY":"[REDACTED]","SESSION_KEY":"[REDACTED]"}',
    );
  });
});

describe("resolveBuildVariables", () => {
  it("gives the variables and the secrets of the build", async () => {
    const { project } = shop(complete);
    const values = await resolveBuildVariables(project, ports({ env: { NPM_TOKEN: "npm_1" } }));
    expect(revealed(values)).toEqual({ NODE_ENV: "production", NPM_TOKEN: "npm_1" });
    expect(secretsOf(values).map((one) => one.reveal())).toEqual(["npm_1"]);
  });

  it("tells which secrets are missing", async () => {
    const { project } = shop(complete);
    await expect(resolveBuildVariables(project, ports())).rejects.toMatchObject({
      code: "variables-missing",
      message: "A variable has no value for the build of `shop`.",
    });
  });
});
