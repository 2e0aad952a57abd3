import { describe, expect, it } from "vitest";
import { styleOf } from "../events/marks.ts";
import { devLog, note, warn } from "./dev-log.ts";

function logOf(json: boolean, colour: boolean, unicode = true) {
  const written: string[] = [];
  const style = styleOf({ colour, unicode });
  const log = devLog({ json, style, names: ["web", "worker"], write: (text) => written.push(text) });
  return { log, written };
}
const line = { type: "line", process: "web", stream: "stdout", line: "GET / 200" } as const;

describe("devLog", () => {
  it("tells whose each line is, in columns", () => {
    const { log, written } = logOf(false, false);
    log.tell(line);
    log.tell({ ...line, process: "worker", line: "" });
    note(log, "schedules don't run", "cozy dev --run cleanup");
    warn(log, "not every change is seen");
    expect(written).toEqual([
      "web    │ GET / 200\n",
      "worker │ \n",
      "cozy   │ schedules don't run: cozy dev --run cleanup\n",
      "cozy   │ ! not every change is seen\n",
    ]);
  });

  it("gives each process a colour of its own on a terminal that has them", () => {
    const { log, written } = logOf(false, true);
    log.tell(line);
    log.tell({ ...line, process: "worker" });
    const colours = written.map((text) => text.slice(0, 5));
    expect(colours).toEqual(["\u001B[36m", "\u001B[35m"]);
    expect(written[0]).toContain("GET / 200\n");
  });

  it("draws with what any terminal has where Unicode is not spoken", () => {
    const { log, written } = logOf(false, false, false);
    log.tell(line);
    expect(written).toEqual(["web    | GET / 200\n"]);
  });

  it("is one object a line for a program", () => {
    const { log, written } = logOf(true, false);
    log.tell(line);
    note(log, "one\ntwo");
    expect(written.map((text) => JSON.parse(text) as unknown)).toEqual([
      line,
      { type: "note", message: "one\ntwo", next: null },
    ]);
    expect(written.every((text) => text.indexOf("\n") === text.length - 1)).toBe(true);
  });
});
