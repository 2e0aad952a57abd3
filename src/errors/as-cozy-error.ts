import { CozyError, messageOf } from "./cozy-error.ts";

/** Whatever was thrown as an error of the catalogue; what no domain made one of is a defect of ours, with its stack. */
export function asCozyError(thrown: unknown, version = ""): CozyError {
  if (thrown instanceof CozyError) return thrown;
  return new CozyError("defect", {
    message: messageOf(thrown),
    details: stackOf(thrown),
    state: ["cozy", version, "on Node", process.versions.node, process.platform].filter(Boolean).join(" "),
    next: "Please report it with the lines above: npm bugs cozywish",
    cause: thrown,
  });
}

function stackOf(thrown: unknown): string[] {
  if (!(thrown instanceof Error)) return [];
  const frames = (thrown.stack ?? "").split("\n").filter((line) => line.trimStart().startsWith("at "));
  const cause =
    thrown.cause === undefined ? [] : [`caused by: ${messageOf(thrown.cause)}`, ...stackOf(thrown.cause)];
  return [...frames.map((line) => line.trim()), ...cause];
}
