import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { sampleProject } from "../release/testing.ts";
import { seal } from "../secrets/age/sealed-value.ts";
import { changeSecrets } from "../secrets/age/secrets-store.ts";
import { person } from "../secrets/age/testing.ts";
import { Secret } from "../secrets/secret.ts";
import { resolveSitePassword } from "./resolve-values.ts";

it("finds the password of a site among the environment's secrets", async () => {
  const root = await mkdtemp(join(tmpdir(), "cozy-site-password-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const password = { user: "team", value: { from: "secrets", name: "SITE_PASSWORD" } } as const;
  const project = { ...sampleProject({}, { access: { password, addresses: [] } }), root };
  const environment = project.environments["staging"];
  if (environment === undefined) throw new Error("the sample project has a staging environment");
  const ann = await person("ann");
  const place = { root, environment: "staging", environments: ["staging"] };
  const secret = { setOn: "2026-11-29", setBy: "ann", exposedTo: [], value: new Secret("letmein") };
  const sealed = await seal({ ...secret, name: "SITE_PASSWORD" }, "staging", [ann.recipient]);
  await changeSecrets(place, async () => [sealed]);

  const context = { env: { COZY_AGE_IDENTITY: ann.key }, homeFolder: root };
  expect((await resolveSitePassword(context, { project, environment }))?.reveal()).toBe("letmein");
});
