import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../artifacts/run-program.ts";
import { CozyError } from "../errors/cozy-error.ts";
import type { PlaceNames } from "./reloading.ts";
import type { Workplace } from "./workplace.ts";

/** The answer goes into a file, because settings may print things. */
const question = `
import json, os
from django.conf import settings
dotted = lambda path: ":".join(path.rsplit(".", 1)) if path else None
package = os.environ.get("DJANGO_SETTINGS_MODULE", "").split(".")[0]
with open(os.environ["COZY_ANSWER"], "w") as answer:
    json.dump({
        "settings": os.environ.get("DJANGO_SETTINGS_MODULE"),
        "wsgi": dotted(settings.WSGI_APPLICATION) or package + ".wsgi:application",
        "asgi": dotted(getattr(settings, "ASGI_APPLICATION", None)) or package + ".asgi:application",
    }, answer)
`;

/** What stands for `{settings}`, `{wsgi}` and `{asgi}` here; asked of Django only where a command needs it. */
export async function askDjango(place: Workplace, signal: AbortSignal): Promise<PlaceNames> {
  const folder = await mkdtemp(join(tmpdir(), "cozy-ask-"));
  try {
    const file = join(folder, "answer.json");
    const command = ["python", "manage.py", "shell", "-c", question];
    const env = { ...place.env, COZY_ANSWER: file };
    const result = await runProgram({ command, folder: place.folder, env, timeoutMs: 60_000 }, signal);
    if (result.exitCode !== 0) {
      throw new CozyError("setup-step-failed", {
        message: `Django could not be asked for its application: python manage.py shell ended with ${String(result.exitCode)}.`,
        details: result.tail.slice(-12),
        state: "Nothing was started.",
        next: "python manage.py check",
      });
    }
    return { port: place.port, ...namesIn(await readFile(file, "utf8")) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function namesIn(text: string): Omit<PlaceNames, "port"> {
  const answer: unknown = JSON.parse(text);
  const entries = typeof answer === "object" && answer !== null ? Object.entries(answer) : [];
  return Object.fromEntries(entries.filter(([, value]) => typeof value === "string"));
}
