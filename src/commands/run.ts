import { oneOffCommand } from "./one-off.ts";

export const command = oneOffCommand({
  name: "run",
  examples: [
    "cozy run staging -- node src/seed.ts",
    "cozy run staging -- sh",
    "cozy run production --host web-2 -- df -h",
  ],
});
