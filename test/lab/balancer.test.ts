import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startLoad, type Load } from "../../src/routing/testing/load.ts";
import { ask } from "../support/ask-site.ts";
import { createFleet, fingerprintsOf, fleetConfig, serversOf, type FleetSandbox } from "../support/fleet.ts";
import { createSandbox, until } from "../support/sandbox.ts";
import { sharedHome } from "../support/shared-home.ts";
import { inSoak } from "../support/soak.ts";

/** Two hosts behind a balancer that ends TLS, and visitors who never stop asking it. */
let fleet: FleetSandbox;
let load: Load;

beforeAll(async () => {
  fleet = await createFleet({
    hosts: 2,
    balancer: true,
    more: `domains: { canonical: "shop.test", redirects: ["www.shop.test"], certificate: noCertificate() },`,
    environments: (lab) => `trial: { target: ${serversOf(lab)}, ${named("trial.test")} },`,
  });
  await fleet.ok(["deploy", "staging"]);
  await until("the balancer sends to both", async () => {
    await askBalancer("/venues");
    return (await asked("host1")) > 0 && (await asked("host2")) > 0;
  });
  load = startLoad({
    url: `https://${balancer()}/venues`,
    headers: { host: "shop.test" },
    tls: { servername: "shop.test" },
    connections: 4,
    pauseMs: 10,
  });
});
afterAll(async () => {
  await load?.stop();
  await fleet?.dispose();
});

describe("behind a balancer that ends TLS", () => {
  it("tells the application who asked and how, and believes nobody else", async () => {
    const own = (await askBalancer("/headers")).headersSeen();
    const machine = fleet.lab.hosts[0]?.address.replace(/\d+$/, "1");
    expect(own).toMatchObject({
      host: "shop.test",
      "x-forwarded-proto": "https",
      "x-forwarded-host": "shop.test",
      "x-forwarded-port": "443",
      "x-forwarded-for": machine,
      "x-real-ip": machine,
    });
    const spoofed = await askBalancer("/headers", {
      "x-forwarded-for": "203.0.113.9",
      "x-forwarded-proto": "http",
      "x-real-ip": "203.0.113.9",
      forwarded: "for=203.0.113.9",
    });
    expect(spoofed.headersSeen()).toMatchObject({ "x-forwarded-for": machine, "x-real-ip": machine });
    expect(spoofed.headersSeen()).not.toHaveProperty("forwarded");
  });

  it("leads to TLS and to the canonical name, and past the balancer to no page", async () => {
    const plain = await ask(`http://${balancer()}/a?b`, { host: "shop.test" });
    expect([plain.status, plain.headers["location"]]).toEqual([301, "https://shop.test/a?b"]);
    const other = await ask(`https://${balancer()}/a?b`, { host: "www.shop.test" });
    expect([other.status, other.headers["location"]]).toEqual([301, "https://shop.test/a?b"]);
    const past = await ask(`${fleet.urls["host1"]}/a?b`, { host: "shop.test", "x-forwarded-proto": "https" });
    expect([past.status, past.headers["location"]]).toEqual([301, "https://shop.test/a?b"]);
    expect(other.headers["strict-transport-security"]).toContain("max-age=63072000");
  });

  it("loses no request in a deploy and in a rollback", async () => {
    await fleet.commit({ "version.txt": "two\n" });
    await fleet.ok(["deploy", "staging"]);
    await fleet.ok(["rollback", "staging"]);
    expect(load.result()).toMatchObject({ failed: 0, errors: [] });
    expect(load.result().sent).toBeGreaterThan(300);
  });

  it.runIf(inSoak)(
    "loses none when a host is taken out, is left alone, and comes back with the next release",
    async () => {
      await fleet.on("host2", `rm ${root}/in-rotation`);
      await until("host2 is asked no more", async () => {
        const then = await asked("host2");
        await setTimeout(200);
        return (await asked("host2")) === then;
      });
      const before = await asked("host2");
      const meanwhile = await asked("host1");
      await until("the other serves on", async () => (await asked("host1")) > meanwhile + 10);
      expect(await asked("host2")).toBe(before);
      await fleet.commit({ "version.txt": "three\n" });
      await fleet.ok(["deploy", "staging"]);
      await until("host2 is asked again", async () => (await asked("host2")) > before + 10);
      expect(load.result()).toMatchObject({ failed: 0, errors: [] });
    },
  );

  it.runIf(inSoak)(
    "loses none while another project and another environment come and go on the same hosts",
    async () => {
      const other = await createSandbox({
        config: () =>
          fleetConfig(fleet.lab, named("other.test"))
            .replace('name: "tiny"', 'name: "other"')
            .replace("/balancer", "/other"),
        home: sharedHome(),
      });
      try {
        await other.ok(["trust", "staging", "--fingerprint", fingerprintsOf(fleet.lab)]);
        await other.ok(["setup", "staging"]);
        await Promise.all([other.ok(["deploy", "staging"]), fleet.ok(["setup", "trial"])]);
        await fleet.ok(["deploy", "trial"]);
        expect((await ask(`${fleet.urls["host2"]}/venues`, { host: "trial.test" })).status).toBe(200);
        await Promise.all([
          other.ok(["setup", "staging", "--remove", "--data", "--yes"]),
          fleet.ok(["setup", "trial", "--remove", "--data", "--yes"]),
        ]);
        const left =
          "ls /var/lib/cozy/environments; find /etc /run /usr/lib/cozy -name '*other-staging*' -o -name '*tiny-trial*'";
        expect(await fleet.on("host1", left)).toBe("tiny-staging");
        expect(load.result()).toMatchObject({ failed: 0, errors: [] });
      } finally {
        await other.dispose();
      }
    },
  );
});

function named(name: string): string {
  return `domains: { canonical: "${name}", certificate: noCertificate() },`;
}

const root = "/var/lib/cozy/environments/tiny-staging";

function balancer(): string {
  return fleet.lab.balancer?.address ?? "";
}

async function askBalancer(path: string, headers: Readonly<Record<string, string>> = {}) {
  const answer = await ask(`https://${balancer()}${path}`, { host: "shop.test", ...headers });
  return { ...answer, headersSeen: () => JSON.parse(answer.text) as Record<string, string> };
}

async function asked(host: string): Promise<number> {
  return Number(await fleet.on(host, `cat /var/log/cozy/tiny-staging/access.log* | grep -c /venues || true`));
}
