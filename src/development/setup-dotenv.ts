import { randomBytes } from "node:crypto";
import { appendFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseDotenv } from "../secrets/dotenv.ts";
import { writeAtomically } from "../shared/atomic-write.ts";
import { withoutValue } from "./environment.ts";
import { fillSecrets } from "./fill-dotenv.ts";
import type { StepResult } from "./setup-step.ts";
import type { Workplace } from "./workplace.ts";

/** `.env` from `.env.example`, with a value for each secret that has none. One that is there only gets lines at its end. */
export async function writeDotenv(place: Workplace): Promise<StepResult> {
  const file = join(place.folder, ".env");
  const { variables } = place.app;
  const draw = () => randomBytes(36).toString("base64url");
  if (place.dotenv === "there") {
    const secrets = withoutValue(place.app, place.env).filter((name) => variables[name]?.secret === true);
    if (secrets.length === 0) return { outcome: "up-to-date", detail: ".env is there" };
    const text = await readFile(file, "utf8");
    const lines = secrets.map((name) => `${name}=${draw()}\n`).join("");
    await appendFile(file, text === "" || text.endsWith("\n") ? lines : `\n${lines}`);
    return { outcome: "done", detail: `.env was there; drawn and written to its end: ${secrets.join(", ")}` };
  }
  const example = place.dotenv === "example-only" ? await readFile(`${file}.example`, "utf8") : "";
  const secrets = emptySecrets(place, example);
  if (example === "" && secrets.length === 0) {
    return { outcome: "not-declared", detail: "no .env.example and no secret without a value" };
  }
  await writeAtomically(file, fillSecrets(example, secrets, draw));
  const drawn = secrets.length === 0 ? "" : `; drawn: ${secrets.join(", ")}`;
  return { outcome: "done", detail: `${example === "" ? "written" : "copied from .env.example"}${drawn}` };
}

/** Secrets that are needed and that the example leaves empty. */
function emptySecrets({ app, env }: Workplace, example: string): string[] {
  const given = parseDotenv(example);
  return withoutValue(app, { ...env, ...Object.fromEntries(given) }).filter(
    (name) => app.variables[name]?.secret === true,
  );
}
