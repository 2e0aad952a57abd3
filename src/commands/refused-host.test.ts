import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import { hasSshd, pinnedLine, startSshd, type Sshd } from "../hosts/ssh/testing/start-sshd.ts";
import { mayBeLeftOut } from "../../test/support/may-be-left-out.ts";
import { refusalWarnings, refusedHost, shortRefusal, whyNotAsked } from "./refused-host.ts";
import { closedPort, cozyFromSources, layServersProject } from "./testing-servers.ts";

const unknown = new CozyError("host-key-unknown", {
  message: "web-2 shows the key SHA256:x, which is not trusted yet.",
  next: "cozy trust web-2",
});
const changed = new CozyError("host-key-changed", {
  message: "web-3 shows the key SHA256:y, which is not the one that is trusted.",
  next: "Find out why on the host itself. Only then: cozy trust web-3 --replace",
});

describe("a host that nobody logged in on", () => {
  it("is told of with the command that trusts it", () => {
    const host = refusedHost("web-2", unknown);
    expect(host).toEqual({ host: "web-2", why: "not trusted: cozy trust web-2", refusal: unknown });
    expect(refusalWarnings([host])).toEqual([]);
  });

  it("is told of loudly, and with all that is to be said, where its key is another than the trusted one", () => {
    const host = refusedHost("web-3", changed);
    expect(shortRefusal(changed)).toMatch(/^NOT CONNECTED/);
    expect(refusalWarnings([host])).toEqual([`${changed.message} ${changed.next}`]);
  });

  it("is told of where it has the trusted key and does not let the deployer in", () => {
    const message = "web-4 has the trusted key, but does not let cozy in with the keys of your SSH.";
    const refusal = new CozyError("login-refused", { message, next: "cozy setup production" });
    expect(shortRefusal(refusal)).toBe("lets nobody in");
    expect(refusalWarnings([refusedHost("web-4", refusal)])).toEqual([`${message} cozy setup production`]);
  });

  it("is no matter of anything else that went wrong", () => {
    expect(() => refusedHost("web-1", new Error("a defect"))).toThrow("a defect");
    expect(whyNotAsked(new Error("a defect"))).toBe("a defect");
  });
});

describe.skipIf(mayBeLeftOut(!hasSshd))(
  "a fleet whose keys are not the trusted ones",
  { timeout: 60_000 },
  () => {
    let folder: string;
    let hosts: readonly Sshd[];
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "cozy-refused-"));
      hosts = await Promise.all([startSshd(), startSshd()]);
      const [first, second] = hosts;
      if (first === undefined || second === undefined) throw new Error("two were started");
      await mkdir(join(folder, ".cozy"));
      // The second one shows another key than this.
      await writeFile(join(folder, ".cozy", "known_hosts"), pinnedLine(second, first.hostKey));
      await layServersProject(folder, [first.port, second.port, closedPort]);
    });
    afterAll(async () => {
      await Promise.all(hosts.map(async (one) => one.stop()));
      await rm(folder, { recursive: true, force: true });
    });

    it("is told of host by host, and the changed key counts most", async () => {
      const { code, stdout } = await cozyFromSources(folder, ["status", "staging", "--json"]);
      expect(code, stdout).toBe(2);
      expect(JSON.parse(stdout)).toMatchObject({
        code: "host-key-changed",
        details: [
          "web-1: not trusted: cozy trust web-1",
          expect.stringMatching(/^web-2: web-2 .* is not the one that is trusted\..* --replace$/),
          expect.stringMatching(/^web-3: web-3 .* did not answer SSH\.$/),
        ],
      });
    });

    it("has no logs to show, which is told of each host", async () => {
      const { code, stderr } = await cozyFromSources(folder, ["logs", "staging"]);
      expect(code).toBe(1);
      expect(stderr).toContain("web-1 can't be heard: not trusted: cozy trust web-1\n");
      expect(stderr).toMatch(/web-2 can't be heard: web-2 .* is not the one that is trusted\..* --replace\n/);
    });
  },
);
