import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { artifactErrors } from "../artifacts/errors.ts";
import { commandErrors } from "../commands/errors.ts";
import { databaseErrors } from "../databases/errors.ts";
import { developmentErrors } from "../development/errors.ts";
import { engineErrors } from "../engine/errors.ts";
import { agentErrors } from "../hosts/agent/errors.ts";
import { hostErrors } from "../hosts/errors.ts";
import { sshErrors } from "../hosts/ssh/errors.ts";
import { setupErrors } from "../setup/errors.ts";
import { instanceErrors } from "../instances/errors.ts";
import { labErrors } from "../lab/errors.ts";
import { projectErrors } from "../project/errors.ts";
import { questionErrors } from "../questions/errors.ts";
import { recoveryErrors } from "../recovery/errors.ts";
import { restoreErrors } from "../recovery/restore-errors.ts";
import { rehearsalErrors } from "../rehearsal/errors.ts";
import { scratchErrors } from "../rehearsal/scratch-errors.ts";
import { secretErrors } from "../secrets/errors.ts";
import { releaseErrors } from "../release/errors.ts";
import { routingErrors } from "../routing/errors.ts";
import { scheduleErrors } from "../schedules/errors.ts";
import { catalogue } from "./catalogue.ts";
import { errorReference } from "./reference.ts";

describe("the catalogue", () => {
  it.each(Object.entries(catalogue))("%s: kebab case, and a title without a full stop", (code, { title }) => {
    expect(code).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(title).toMatch(/^\S.*[^.]$/);
  });

  it("holds every code of every domain once, none hidden by another's", () => {
    const domains = [
      agentErrors,
      artifactErrors,
      commandErrors,
      databaseErrors,
      developmentErrors,
      engineErrors,
      hostErrors,
      instanceErrors,
      labErrors,
      projectErrors,
      questionErrors,
      recoveryErrors,
      rehearsalErrors,
      releaseErrors,
      restoreErrors,
      routingErrors,
      scheduleErrors,
      scratchErrors,
      secretErrors,
      setupErrors,
      sshErrors,
    ];
    const codes = domains.flatMap((errors) => Object.keys(errors));
    expect(codes.toSorted((a, b) => a.localeCompare(b))).toEqual(
      Object.keys(catalogue).toSorted((a, b) => a.localeCompare(b)),
    );
  });
});

describe("docs/reference/errors.md", () => {
  it("is what the catalogue says; if not: npx node src/errors/reference.ts > docs/reference/errors.md", async () => {
    const page = join(import.meta.dirname, "..", "..", "docs", "reference", "errors.md");
    expect(await readFile(page, "utf8")).toBe(errorReference(catalogue));
  });
});
