import { readFile } from "node:fs/promises";
import { systemCode } from "../../errors/cozy-error.ts";
import type { HostKey } from "./known-hosts.ts";

/** The key that the host showed last; `undefined` where none was met. */
export async function seenKey(file: string): Promise<HostKey | undefined> {
  const keys = parseSeen(await textOf(file));
  return keys.at(-1);
}

/** `<type> <key>` a line; `NONE NONE` where OpenSSH asked before it met the host. Pure. */
export function parseSeen(text: string): HostKey[] {
  return text.split("\n").flatMap((line) => {
    const [type = "NONE", key = "NONE"] = line.split(" ");
    return type === "" || type === "NONE" || key === "NONE" ? [] : [{ type, key }];
  });
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return "";
    throw error;
  }
}
