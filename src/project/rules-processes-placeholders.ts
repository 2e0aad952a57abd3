import { nearest } from "../shared/nearest.ts";
import { type Fault, fault } from "./faults.ts";
import type { DraftProcess } from "./rules-processes.ts";

const ofTheInstance = ["socket", "port"];
const ofDjango = ["wsgi", "asgi", "settings"];

/** `{word}` in a command stands for something; `${word}` is a shell's. */
const placeholder = /(?<!\$)\{([A-Za-z_][\w-]*)\}/g;

/** What the words of a command leave to be put in is known, and fits how the instance listens. */
export function placeholderFaults(
  { type, path, options, command }: DraftProcess,
  isDjango: boolean,
): Fault[] {
  const names = new Set(
    (command ?? []).flatMap((word) => [...word.matchAll(placeholder)].map(([, name = ""]) => name)),
  );
  const listen = options["listen"] === "port" ? "port" : "socket";
  return [...names].flatMap((name) => {
    const message = ofTheInstance.includes(name)
      ? wrongPlace(name, type, listen)
      : ofDjango.includes(name)
        ? notDjango(name, isDjango)
        : unknown(name, isDjango);
    if (message === undefined) return [];
    return [fault(Object.keys(options).length > 0 ? [...path, "command"] : path, message)];
  });
}

function wrongPlace(name: string, type: string, listen: "socket" | "port"): string | undefined {
  if (type !== "web") return `has \`{${name}}\`, but only \`web\` listens; take it out`;
  if (name === listen) return undefined;
  return listen === "port"
    ? 'has `{socket}`, but `listen` is "port": write `{port}`, or remove `listen`'
    : 'has `{port}`, but it listens on a socket: write `{socket}`, or set `listen: "port"`';
}

function notDjango(name: string, isDjango: boolean): string | undefined {
  return isDjango ? undefined : `has \`{${name}}\`, which only a Django application has`;
}

function unknown(name: string, isDjango: boolean): string {
  const known = [...ofTheInstance, ...(isDjango ? ofDjango : [])];
  const near = nearest(name, known);
  const hint =
    near.length > 0
      ? `did you mean \`{${near[0] ?? ""}}\`?`
      : `there are ${known.map((one) => `\`{${one}}\``).join(", ")}`;
  return `has \`{${name}}\`, which stands for nothing; ${hint}`;
}
