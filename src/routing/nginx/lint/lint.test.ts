import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { catchAllFile } from "../catch-all.ts";
import { siteFiles } from "../site.ts";
import { usualFacts } from "../testing/facts.ts";
import { findingText, lintNginx } from "./lint.ts";
import { NginxSyntaxError, parseNginx, type Directive } from "./parse-nginx.ts";

/** Golden pairs: faulty text, a line of dashes, and what is said of it. `GOLDEN=write` puts down what comes out now. */
const here = join(import.meta.dirname, "golden");
const separator = "\n----------\n";

describe("lintNginx", () => {
  it.each(readdirSync(here))("%s", (name) => {
    const [input = ""] = readFileSync(join(here, name), "utf8").split(separator);
    const text = lintNginx(new Map([["site.conf", input]]))
      .map((finding) => `${findingText(finding)}\n`)
      .join("");
    if (process.env["GOLDEN"] === "write") writeFileSync(join(here, name), `${input}${separator}${text}`);
    const [, expected = ""] = readFileSync(join(here, name), "utf8").split(separator);
    expect(text).toBe(expected);
  });

  it("takes in what is included, and says where a fault stands", () => {
    const files = new Map([
      [
        "/etc/a.conf",
        "server {\n server_tokens off;\n add_header A 1;\n location / {\n  include b.conf;\n } }",
      ],
      ["/etc/b.conf", "add_header B 2;\n"],
    ]);
    expect(lintNginx(files, ["/etc/a.conf"]).map(findingText)).toEqual([
      "/etc/b.conf:1 add_header_redefinition: nginx inherits no add_header where a level has one of its own; repeat what stands above: A.",
    ]);
    files.set("/etc/b.conf", "include b.conf; include /etc/a.conf; {");
    expect(lintNginx(files, ["/etc/a.conf"]).map(findingText)).toEqual([
      "/etc/b.conf:1 syntax: nginx can't read it: a { without a directive.",
    ]);
  });

  it("finds nothing in any site that is made", () => {
    const golden = join(here, "..", "..", "golden");
    const cases = readdirSync(golden).map(
      (name) => readFileSync(join(golden, name), "utf8").split(separator)[0] ?? "",
    );
    for (const input of cases) {
      const written: Record<string, unknown> = JSON.parse(input);
      const { http } = usualFacts();
      const overrides = Object.fromEntries(
        Object.entries(written).map(([name, value]) => [name, value ?? undefined]),
      );
      const facts = usualFacts({ ...overrides, http: { ...http, ...Object(overrides["http"]) } });
      const files = [...siteFiles(facts), catchAllFile(facts)];
      const texts = new Map(files.map(({ path, text }) => [path, text]));
      const entries = [facts.layout.nginxSite, facts.places.catchAll];
      expect(lintNginx(texts, entries).map(findingText)).toEqual([]);
    }
  });
});

describe("parseNginx", () => {
  const name = fc.stringMatching(/^[a-z_]{1,8}$/);
  const argument = fc
    .string({ unit: "binary", minLength: 0, maxLength: 12 })
    .map((text) => text.replaceAll("\r", ""));
  const simple = fc.record({ name, args: fc.array(argument, { maxLength: 3 }) });
  const { tree } = fc.letrec<{ tree: readonly Plain[] }>((tie) => ({
    tree: fc.array(
      fc.oneof(
        { depthSize: "small" },
        simple,
        fc.record({ name, args: fc.array(argument, { maxLength: 2 }), block: tie("tree") }),
      ),
      { maxLength: 4 },
    ),
  }));

  it("gives back any tree that was written", () => {
    fc.assert(
      fc.property(tree, fc.constantFrom('"', "'"), (directives, quote) => {
        expect(parseNginx(written(directives, quote)).map(plain)).toEqual(directives);
      }),
    );
  });

  it("ends with a tree or a fault for any text", () => {
    const pieces = fc.constantFrom("a", " ", ";", "{", "}", '"', "'", "\\", "#", "\n", "$", "${", "server");
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
        expect(outcomeOf(() => parseNginx(parts.join("")))).not.toBe("another error");
      }),
    );
  });

  it.each([
    ["a {", "a { without its }", 1],
    ["\n}", "a } without its {", 2],
    ["a b", "no ; after a", 1],
    ['\n\na "b;', "a quote that does not end", 3],
    ['a "b"c;', "c right after a quote", 1],
    [";", "a ; without a directive", 1],
  ])("refuses %j", (text, message, line) => {
    expect(() => parseNginx(text)).toThrow(expect.objectContaining({ message, line }));
  });

  it("reads comments, escapes, variables in braces, and lines", () => {
    expect(parseNginx("# no; {\na ${b}c 'd;\\n' \"e'\" f\\;; # x\nmap $a $b { '' 1; }")).toEqual([
      { name: "a", args: ["${b}c", "d;\n", "e'", "f\\;"], line: 2 },
      { name: "map", args: ["$a", "$b"], line: 3, block: [{ name: "", args: ["1"], line: 3 }] },
    ]);
  });
});

function outcomeOf(parse: () => unknown): string {
  try {
    parse();
    return "a tree";
  } catch (error) {
    return error instanceof NginxSyntaxError ? "a fault" : "another error";
  }
}

interface Plain {
  readonly name: string;
  readonly args: readonly string[];
  readonly block?: readonly Plain[];
}

function plain({ name, args, block }: Directive): Plain {
  return { name, args, ...(block && { block: block.map(plain) }) };
}

function written(directives: readonly Plain[], quote: string): string {
  return directives
    .map(({ name, args, block }) => {
      const words = args.map((text) => `${quote}${text.replaceAll(/["'\\]/g, "\\$&")}${quote}`);
      const head = [name, ...words].join(" ");
      return block === undefined ? `${head};` : `${head} {\n${written(block, quote)}\n}`;
    })
    .join("\n");
}
