import { basename } from "node:path";
import { CozyError } from "../../errors/cozy-error.ts";
import { type Fault, pathText } from "../faults.ts";
import { locatorOf } from "./locate.ts";
import { isTypeScript } from "./type-script.ts";

/** All faults of a project file in one error, in the order of its lines. */
export async function invalidConfig(
  configPath: string,
  source: string,
  faults: readonly Fault[],
): Promise<CozyError> {
  const locate = await locatorOf(source, isTypeScript(configPath));
  const located = faults
    .map((fault) => ({ fault, position: locate(fault.path, fault.at) }))
    .sort(
      (a, b) =>
        (a.position?.line ?? 0) - (b.position?.line ?? 0) ||
        (a.position?.column ?? 0) - (b.position?.column ?? 0),
    );
  const file = basename(configPath);
  const many = faults.length === 1 ? "a fault" : `${String(faults.length)} faults`;
  return new CozyError("config-invalid", {
    message: `${file} has ${many}.`,
    details: located.map(({ fault, position }) => {
      const where = position ? `${file}:${String(position.line)}:${String(position.column)}` : file;
      return `${where}  ${sentence(fault)}`;
    }),
    next: faults.length === 1 ? "Fix it, then run `cozy check`." : "Fix them, then run `cozy check`.",
  });
}

/** `schedules` is its own subject already; everything else is told by its path. */
function sentence({ path, message }: Fault): string {
  const where = path.length === 0 ? "the default export" : pathText(path);
  return message.startsWith("`") ? `${where}: ${message}` : `${where} ${message}`;
}
