import * as z from "zod/mini";
import { app } from "./app.ts";
import { documented, object, required } from "./doc.ts";
import { environment, laterFields } from "./environment.ts";
import { name } from "./values.ts";

// Values are checked once a start: compiling a checker for each object costs more than it would bring.
z.config({ jitless: true });

export const projectSchema = object(
  "ProjectFile",
  "The application and its environments.",
  {
    name: required(
      name,
      "The project's name: at most 32 lowercase letters, digits and dashes, beginning with a letter.",
    ),
    app: required(app, "The application: `node({ … })` or `django({ … })`."),
    environments: required(
      documented(z.record(name, environment), { expects: "an object of environments by name" }),
      "The environments by name; the names follow the same rule as the project's.",
    ),
    ...laterFields(),
  },
  "`defineProject({ … })`",
);

/** Builders with a place in the file that this version does not carry out, and what there is instead. */
export const laterKinds: Readonly<Record<string, string>> = {
  aws: "`servers(…)` or `thisMachine(…)`",
  rds: "`postgres(…)` or `sqlite()`",
  s3: "`disk()`",
};
