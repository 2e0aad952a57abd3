import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const script = `
import { duplexPair } from "node:stream";
import { openChannel } from ${JSON.stringify(new URL("./channel.ts", import.meta.url).href)};
const [near, far] = duplexPair();
const channel = openChannel(near);
channel.listen();
far.write("Content-Length: 1000\\r\\n\\r\\n{");
setTimeout(() => far.destroy(), 50);
channel.ask("anything", {}, new AbortController().signal).catch(() => console.log("lost"));
`;

describe("a channel", () => {
  it("keeps no program alive that lost it in the middle of a message", async () => {
    const program = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      timeout: 30_000,
    });
    await expect(program).resolves.toMatchObject({ stdout: "lost\n" });
  });
});
