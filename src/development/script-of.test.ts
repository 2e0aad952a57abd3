import { describe, expect, it } from "vitest";
import { scriptOf } from "./script-of.ts";

describe("scriptOf", () => {
  it.each([
    [["node", "--watch", "src/server.ts"], "src/server.ts"],
    [["node", "--import", "./trace.js", "-C", "dev", "src/server.mjs", "other.js"], "src/server.mjs"],
    [["python", "manage.py", "runserver", "8000"], "manage.py"],
    [["python3.12", "-W", "error", "tasks.py"], "tasks.py"],
    [["node", "/srv/server.js"], undefined],
    [["node", "C:\\srv\\server.js"], undefined],
    [["node", "-e", "0"], undefined],
    [["python", "-m", "celery"], undefined],
    [["node", "--run", "dev"], undefined],
    [["npm", "run", "dev.js"], undefined],
    [["node"], undefined],
    [[], undefined],
  ] as const)("%j: %s", (command, script) => expect(scriptOf(command)).toBe(script));
});
