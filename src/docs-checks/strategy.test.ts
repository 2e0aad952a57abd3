import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandIndex } from "../commands/index.ts";
import { faultsOf, type StrategyRules, type WeakSpot } from "./strategy-table.ts";

const root = new URL("../../", import.meta.url);

/** Where the strategy can't be followed to the letter: each needs a decision, and the decision its reason. */
const weakSpots: readonly WeakSpot[] = [
  { name: "launch configurations", decision: /launch template/i },
  { name: "host keys trusted on first sight", decision: /pinned host keys/i },
  { name: "needs on a job of another workflow", decision: /promotion of the artifact.*`needs`/i },
  { name: "a restart that loses requests", decision: /route table.*restart/i },
  { name: "dependencies installed on the server", decision: /artifact built once/i },
  { name: "rsync into the live folder", decision: /releases.*rsync/i },
  { name: "code that is rebuilt for production", decision: /never rebuilt/i },
  { name: "no final snapshot", decision: /final snapshot with a name/i },
  { name: "servers in public subnets", decision: /private subnets/i },
  { name: "an old PostgreSQL", decision: /13 is out of support/i },
  { name: "gp2", decision: /gp3/i },
  { name: "the database password in a variable", decision: /readable in the state/i },
  { name: "inline ACLs", decision: /no ACL.*owner enforced/i },
  { name: "CORS for everyone", decision: /CORS.*own origins/i },
  { name: "an alarm that only scales out", decision: /scale-in/i },
  { name: "an alarm that differs from its description", decision: /2 minutes.*4/i },
  { name: "backups that are never restored", decision: /restore test/i },
  { name: "retention by find", decision: /`find -delete`/i },
  { name: "a backup script that goes on after a failure", decision: /failed step fails the backup/i },
  { name: "weekly snapshots in a bucket", decision: /snapshot lies in no bucket/i },
  { name: "X-XSS-Protection", decision: /X-XSS-Protection is left out/i },
  { name: "headers that are not inherited", decision: /`add_header` is not inherited/i },
  { name: "headers that error pages lack", decision: /`always`/i },
  { name: "two Cache-Control headers", decision: /one Cache-Control/i },
  { name: "forwarding headers of the client", decision: /overwritten at the edge/i },
  { name: "DHE ciphers", decision: /without DHE/i },
  { name: "records logged twice", decision: /`propagate`.*twice/i },
  { name: "a log file without rotation", decision: /without rotation/i },
  { name: "an old Python", decision: /Python 3\.10 is out of support/i },
  { name: "actions by tag", decision: /pinned by commit hash/i },
  { name: "flake8", decision: /ruff/i },
  { name: "Playwright in CI", decision: /Playwright and browser pinned/i },
  { name: "secrets in environment variables", decision: /declared source/i },
  { name: "secrets of CI", decision: /OIDC instead of long-lived CI secrets/i },
  { name: "migrations by hand", decision: /never by hand/i },
  { name: "sessions in the cache", decision: /sessions apart from the cache/i },
  { name: "the load balancer in front", decision: /ALB in front/i },
  { name: "the way back by script", decision: /old release is proven on the new schema/i },
  { name: "a canary by threshold", decision: /bounded rate of false alarms/i },
  { name: "recovery times that nobody measures", decision: /measured by a drill/i },
];

const rules: StrategyRules = {
  commands: new Set(commandIndex.map(({ name }) => name)),
  weakSpots,
  fileExists: (path) => existsSync(new URL(path, root)),
};

describe("docs/strategy.md", () => {
  it("is true", () => {
    expect(faultsOf(readFileSync(new URL("docs/strategy.md", root), "utf8"), rules)).toEqual([]);
  });
});

describe("faultsOf", () => {
  const small: StrategyRules = {
    commands: new Set(["deploy"]),
    weakSpots: [{ name: "rsync", decision: /releases/ }],
    fileExists: (path) => path === "test/there.test.ts",
  };
  const done = "| Copy | done | `cozy deploy` | `test/there.test.ts` | releases |";

  it("finds none in a page that is right", () => {
    expect(faultsOf(page("1 rows, of which 1 `done`, 0 `partly`, 0 `not yet`", done), small)).toEqual([]);
  });

  it.each([
    ["| B | almost | `x` | – | – |", '"almost" is no state'],
    ["| B | partly | `cozy deploy` | – | – |", "no test shows it"],
    [
      "| B | done | `smoke` | `test/there.test.ts`, `test/gone.test.ts` | – |",
      "test/gone.test.ts does not exist",
    ],
    ["| B | done | `smoke` | `test/` | – |", "test/ is no test file"],
    ["| B | partly | `cozy deploy`, `cozy fly` | `test/there.test.ts` | – |", "there is no command cozy fly"],
    ["| B | not yet | `cozy fly` | `test/there.test.ts` | – |", "has a test, so it is at least partly there"],
    ["| B | not yet | – | – | – |", "says neither what does it nor what will"],
    ["| B | not yet | `x` | – |", "a row has 5 cells, with – where there is nothing to say"],
  ])("finds the fault of %s", (row, fault) => {
    expect(faultsOf(page("", done, row), small)).toContain(`Part: B: ${fault}`);
  });

  it("finds a line that is there twice, a weak spot without a decision, and wrong counts", () => {
    const row = "| B | not yet | `cozy fly` | – | – |";
    expect(faultsOf(page("2 rows, of which 1 `done`, 1 `partly`, 0 `not yet`", row, row), small)).toEqual([
      "Part: B: is there twice",
      "no row decides on: rsync",
      'the introduction should say "Counts: 2 rows, of which 0 `done`, 0 `partly`, 2 `not yet`."',
    ]);
  });

  function page(counts: string, ...rows: readonly string[]): string {
    const head = "| line | state | how | test | decided differently, and why |\n|---|---|---|---|---|";
    return `# Page\n\nCounts: ${counts}.\n\n## Part\n\n${head}\n${rows.join("\n")}\n`;
  }
});
