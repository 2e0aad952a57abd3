import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, processesOf, served, type Sandbox } from "../support/sandbox.ts";

let sandbox: Sandbox;
let stranger: Server;
beforeAll(async () => {
  sandbox = await createSandbox();
  stranger = createServer((_request, response) => response.end("a stranger"));
  await new Promise<void>((resolve) => stranger.listen(sandbox.port, "127.0.0.1", resolve));
});
afterAll(async () => {
  stranger.close();
  await sandbox.dispose();
});

describe("a port that another program holds", () => {
  it("refuses the deploy before anything starts, and the deploy after it is free goes well", async () => {
    const { code, stderr } = await sandbox.cozy(["deploy", "staging"]);
    expect(code).toBe(2);
    expect(stderr).toContain("port-taken");
    expect(stderr).toContain(`127.0.0.1:${sandbox.port}`);
    expect(await processesOf(sandbox.home)).toEqual([]);
    expect(await (await fetch(sandbox.url)).text()).toBe("a stranger");
    stranger.closeAllConnections();
    await new Promise((resolve) => stranger.close(resolve));
    await sandbox.ok(["deploy", "staging"]);
    expect((await served(sandbox.url)).version).toBe("one");
  });
});
