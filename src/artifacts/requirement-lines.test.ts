import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { requirementLines } from "./requirement-lines.ts";

const kindsOf = (text: string) =>
  requirementLines("requirements.txt", text).requirements.map(({ kind, hashed }) =>
    hashed ? `${kind} hashed` : kind,
  );

describe("a requirements file", () => {
  it.each([
    ["Django==5.2.1", "pinned"],
    ["Django == 5.2.1 ; python_version < '3.13'", "pinned"],
    ["Django===5.2.1; sys_platform == 'win32'", "pinned"],
    ["psycopg[binary,pool]==3.2.1 # why", "pinned"],
    ["Django==5.2.1 --hash=sha256:aa", "pinned hashed"],
    ["Django==5.2.*", "unpinned"],
    ["Django", "unpinned"],
    ["Django>=5,<6", "unpinned"],
    ["Django==5.2.1,!=5.2.2", "unpinned"],
    ["Django~=5.2", "unpinned"],
    ["shop @ https://example.invalid/shop-1.0-py3-none-any.whl", "archive"],
    ["shop @ https://example.invalid/shop-1.0.whl#sha256=aa", "archive hashed"],
    ["shop @ git+https://example.invalid/shop@main", "moving"],
    [`shop @ git+https://example.invalid/shop@${"a".repeat(40)}`, "commit"],
    [`git+https://example.invalid/shop@${"a".repeat(40)}#egg=shop`, "commit"],
    ["./vendor/shop", "local"],
    ["../shop", "local"],
    ["vendor/shop-1.0-py3-none-any.whl", "local"],
    ["shop @ file:///srv/shop", "local"],
    [".", "local"],
    ["-e .", "editable"],
    ["--editable=git+https://example.invalid/shop@main", "editable"],
  ])("%s is %s", (line, kind) => {
    expect(kindsOf(line)).toEqual([kind]);
  });

  it("may go over several lines, with comments, options and a byte order mark", () => {
    const text = [
      "\uFEFF--index-url https://example.invalid/simple",
      "# a comment with a backslash \\",
      "asgiref==3.8.1 \\",
      "    --hash=sha256:aa \\",
      "    --hash=sha256:bb",
      "    # via django",
      "",
      "Django==5.2.1",
    ].join("\r\n");
    expect(requirementLines("requirements.txt", text).requirements).toEqual([
      { text: "asgiref==3.8.1", file: "requirements.txt", line: 3, kind: "pinned", hashed: true },
      { text: "Django==5.2.1", file: "requirements.txt", line: 8, kind: "pinned", hashed: false },
    ]);
  });

  it("includes others, from its own folder on", () => {
    const text = "-r base.txt\n-rmore.txt\n--constraint=../limits.txt\n-c 'with space.txt'\n--require-hashes";
    expect(requirementLines("requirements/production.txt", text)).toEqual({
      requirements: [],
      includes: [
        { path: "requirements/base.txt", constraint: false, line: 1 },
        { path: "requirements/more.txt", constraint: false, line: 2 },
        { path: "limits.txt", constraint: true, line: 3 },
        { path: "requirements/with space.txt", constraint: true, line: 4 },
      ],
    });
  });

  it("of any text is read, and a pin never comes from a line without two equal signs", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[a-z]+[=<>~! ]{0,3}[0-9.*]{0,4}$/)), (text) => {
        const { requirements } = requirementLines("r.txt", text);
        const pinned = requirements.filter(({ kind }) => kind === "pinned");
        expect(pinned.every((requirement) => requirement.text.includes("=="))).toBe(true);
      }),
    );
  });
});
