import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { mayBeLeftOut } from "../../../test/support/may-be-left-out.ts";
import { serverLayout } from "../../hosts/server-layout.ts";
import { catchAllFile } from "./catch-all.ts";
import { probeHash, probeHashOfSum, siteFiles, siteVersion } from "./site.ts";
import { readSiteHead } from "./site-head.ts";
import type { SiteFacts } from "./site-facts.ts";
import { factsIn, usualFacts } from "./testing/facts.ts";
import { laySite, nginxHere, testConfig } from "./testing/private-nginx.ts";

/**
 * Golden pairs: what differs from the usual site, a line of dashes, and the site's text; of its further files those that the case is
 * about, all of them in two cases. `GOLDEN=write` puts down what comes out now, to be read before it is kept.
 */
const here = join(import.meta.dirname, "golden");
const separator = "\n----------\n";
const cases = readdirSync(here).filter((name) => name.endsWith(".txt"));
const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

describe("siteFiles", () => {
  it.each(cases)("%s", async (name) => {
    const [input = ""] = (await readFile(join(here, name), "utf8")).split(separator);
    const text = goldenText(usualFacts(overridesOf(input)), name);
    if (process.env["GOLDEN"] === "write") await writeFile(join(here, name), `${input}${separator}${text}`);
    const [, expected = ""] = (await readFile(join(here, name), "utf8")).split(separator);
    expect(text).toBe(expected);
  });

  it.skipIf(mayBeLeftOut(nginxHere() === undefined)).each(cases)("%s is taken by nginx -t", async (name) => {
    const [input = ""] = (await readFile(join(here, name), "utf8")).split(separator);
    const folder = await temporaryFolder();
    // What the host has decides how it is written here; the golden text has what the case says.
    const { versions: _, ...overrides } = overridesOf(input);
    const facts = factsIn(folder, { ...overrides, versions: nginxHere() });
    expect(testConfig(await laySite(folder, facts))).toBeUndefined();
  });

  it.skipIf(mayBeLeftOut(nginxHere() === undefined))(
    "nginx takes two sites beside each other, with the longest id",
    async () => {
      const folder = await temporaryFolder();
      const versions = nginxHere();
      const first = factsIn(join(folder, "a"), { versions });
      const second = factsIn(join(folder, "b"), {
        versions,
        layout: serverLayout("a-longest-project", "testing-9"),
        domains: {
          canonical: `${"very-long-label.".repeat(5)}example.com`,
          redirects: [],
          certificate: { kind: "given", chain: "chain.pem", key: "key.pem" },
        },
        http: { ...first.http, rate: { perSecond: 0.5, burst: 3 } },
      });
      expect(second.layout.id).toHaveLength(27);
      expect(testConfig(await laySite(folder, first, [second]))).toBeUndefined();
    },
  );

  it("tells its version, which follows every part of the text", async () => {
    const facts = usualFacts();
    const site = siteFiles(facts).at(-1)?.text ?? "";
    expect(readSiteHead(site)).toEqual({
      format: 1,
      version: siteVersion(facts),
      scheme: "https",
      port: 443,
      name: "cozywish.com",
    });
    const other = usualFacts({ http: { ...facts.http, noindex: true } });
    expect(siteVersion(other)).not.toBe(siteVersion(facts));
    expect(readSiteHead("server { }")).toBeUndefined();
    expect(readSiteHead('# cozy {"format":2}')).toBeUndefined();
  });

  it("holds the same hash of the token, told by nginx's hash or by md5sum", () => {
    expect(probeHash("hello")).toBe("XUFAKrxLKna5cZ2REBfFkg");
    expect(probeHashOfSum("5d41402abc4b2a76b9719d911017c592  -\n")).toBe("XUFAKrxLKna5cZ2REBfFkg");
  });

  it("refuses what nginx can't write", () => {
    const { http } = usualFacts();
    const facts = usualFacts({ http: { ...http, contentSecurityPolicy: "script-src 'nonce-$request_id'" } });
    expect(() => siteFiles(facts)).toThrow(expect.objectContaining({ code: "nginx-cant-say" }));
  });

  it("has a golden case of each kind", async () => {
    expect((await readdir(here)).length).toBeGreaterThanOrEqual(7);
  });
});

function overridesOf(input: string): Partial<SiteFacts> {
  const written: Record<string, unknown> = JSON.parse(input);
  const present = Object.entries(written).map(([name, value]) => [name, value ?? undefined]);
  const found: Partial<SiteFacts> = Object.fromEntries(present);
  const { http } = usualFacts();
  return { ...found, ...(found.http && { http: { ...http, ...found.http } }) };
}

/** The hundred upstreams are all alike, so the ends of their list are enough. */
function goldenText(facts: SiteFacts, name: string): string {
  const files = siteFiles(facts);
  const told = whole.has(name)
    ? [...files, catchAllFile(facts)]
    : files.filter(({ path }) => !/upstreams|forward/.test(path));
  return told.map(({ path, text }) => `>>> ${path}\n${shortened(text)}`).join("\n");
}

const whole = new Set(["everything.txt", "newest-nginx.txt"]);

function shortened(text: string): string {
  const lines = text.split("\n");
  const upstreams = lines.filter((line) => line.startsWith("upstream "));
  return lines.filter((line) => !upstreams.slice(1, -1).includes(line)).join("\n");
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "cn-"));
  folders.push(folder);
  return folder;
}
