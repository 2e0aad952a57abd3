import { shellLine } from "../hosts/ssh/quote.ts";
import type { SetupItem } from "./item.ts";
import { scriptLibrary } from "./script-library.ts";

export interface ScriptOptions {
  /** Only looks. */
  readonly check: boolean;
  /** Shell text for before the first item. */
  readonly first?: string | undefined;
  /** Shell text for after the last item, where every one is as it should be. */
  readonly last?: string | undefined;
}

/**
 * The script that compares items with a host and, unless it only looks, makes it so: one line of JSON an item. It comes by standard
 * input, so all of it has to be read before the first command that might read there too. Pure.
 */
export function setupScript(
  items: readonly SetupItem[],
  { check, first = "", last = "" }: ScriptOptions,
): string {
  return [
    `check=${check ? 1 : 0}`,
    scriptLibrary,
    "main() {",
    "item=0",
    "begin",
    first,
    ...items.flatMap((item, index) => [`item=${index}`, ...itemLines(item)]),
    last,
    "}",
    "main </dev/null",
    "",
  ].join("\n");
}

function itemLines(item: SetupItem): readonly string[] {
  switch (item.kind) {
    case "packages":
      return [shellLine(["packages", ...item.names])];
    case "group":
      return [shellLine(["group", item.name])];
    case "user":
      return [shellLine(["user", item.name, item.group, item.home, item.shell])];
    case "member":
      return [shellLine(["member", item.user, item.group])];
    case "directory":
      return [shellLine(["directory", item.path, item.owner, item.group, item.mode])];
    case "lines":
      return withText(["lines", item.path, item.user], item.lines.map((line) => `${line}\n`).join(""));
    case "token":
      return [shellLine(["token", item.path, item.user])];
    case "ssh-key":
      return [shellLine(["ssh_key", item.path, item.comment])];
    case "no-user":
      return [shellLine(["no_user", item.name])];
    case "no-service":
      return [shellLine(["no_service", item.name])];
    case "file": {
      const shown = item.isSecret ? "hidden" : "shown";
      return withText(["file", item.path, item.owner, item.group, item.mode, shown, item.readBy], item.text);
    }
    case "link":
      return [shellLine(["link", item.path, item.to, item.readBy])];
    case "absent":
      return [shellLine(["absent", item.path, item.readBy])];
    case "kernel":
      return [shellLine(["kernel", item.name, item.value])];
    case "action":
      return [shellLine(["action", item.action])];
    case "service":
      return [shellLine(["service", item.name])];
    case "ended":
      return [shellLine(["ended", item.id])];
    case "credentials":
      return [shellLine(["credentials", item.id, item.user])];
    case "templates":
      return [shellLine(["templates", item.id, ...item.keep])];
    case "packed":
      return [shellLine(["packed", item.id, item.root, item.logs, ...item.groups])];
    case "firewall":
    default:
      return [shellLine(["firewall", ...(item.closes === undefined ? [] : [item.closes])])];
  }
}

/** What the item's function reads: in base64, so that whatever is in it ends nothing early. */
function withText(words: readonly string[], text: string): readonly string[] {
  const lines =
    Buffer.from(text)
      .toString("base64")
      .match(/.{1,100}/g) ?? [];
  return [`${shellLine(words)} <<'END'`, ...lines, "END"];
}
