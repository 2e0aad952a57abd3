import { oneOffCommand } from "./one-off.ts";

/** `cozy run` by the name that those look for who think of several hosts. */
export const command = oneOffCommand({
  name: "exec",
  examples: ["cozy exec production --all -- node --version", "cozy exec production --host web-2 -- df -h"],
});
