import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { withoutNpm, type PackageScripts } from "./npm-script.ts";

const pkg = (scripts: Record<string, string>): PackageScripts => ({
  name: "shop",
  version: "1.2.0",
  scripts,
});
const of = (command: string, scripts: Record<string, string>) => withoutNpm(command.split(" "), pkg(scripts));

/** The shell's text of a command that npm was asked for. */
function textOf(command: string, scripts: Record<string, string>): string | undefined {
  const found = of(command, scripts);
  return found.kind === "command" ? found.command.at(-1) : found.kind;
}

/** What npm would print: the script's own output. */
function outputOf(command: readonly string[], scripts: Record<string, string>): string {
  const found = withoutNpm(command, pkg(scripts));
  if (found.kind !== "command") throw new Error(JSON.stringify(found));
  const [program = "", ...args] = found.command;
  return execFileSync(program, args, { encoding: "utf8" });
}

describe("a command that asks npm for a script", () => {
  it("is left alone where it asks for something else", () => {
    expect(of("node server.js", {})).toEqual({ kind: "as it is" });
    expect(withoutNpm([], pkg({}))).toEqual({ kind: "as it is" });
  });

  it.each([
    ["npm run web", { web: "node web.js" }, "exec node web.js"],
    ["npm start", { start: "node web.js --watch=no" }, "exec node web.js --watch=no"],
    ["npm start", {}, "exec node server.js"],
    ["npm -s run-script web", { web: "A=1 B='x y' node web.js" }, "exec env A=1 B='x y' node web.js"],
    ["npm run web -- --port {port}", { web: "node web.js" }, "exec node web.js --port '{port}'"],
    ["npm run web a", { web: "node web.js $PORT" }, "exec node web.js $PORT a"],
    ["npm run web", { web: "node a.js && node b.js" }, "node a.js || exit\nexec node b.js"],
    ["npm run web", { web: "cd api && node b.js" }, "cd api || exit\nexec node b.js"],
    ["npm run web", { web: "node a.js; node b.js" }, "node a.js; node b.js"],
    ["npm run web", { web: "node 'a && b.js'" }, "exec node 'a && b.js'"],
    ["npm run web", { web: "node a.js || true" }, "node a.js || true"],
    ["npm run web", { web: "[ -e x ] && exit" }, "[ -e x ] || exit\nexit"],
    [
      "npm run web",
      { preweb: "node a.js && node b.js", web: "node web.js" },
      "(\nnode a.js || exit\nnode b.js || exit\n) || exit\nexec node web.js",
    ],
    ["npm run web --ignore-scripts", { preweb: "node a.js", web: "node web.js" }, "exec node web.js"],
    [
      "npm run web",
      { web: "node web.js", postweb: "node c.js" },
      "(\nnode web.js || exit\n) || exit\nexec node c.js",
    ],
    [
      "npm run all",
      { all: "npm run a && npx b 'c d'", a: "node a.js" },
      "(\nnode a.js || exit\n) || exit\nexec b 'c d'",
    ],
    [
      "npm run all",
      { all: "A=1 npm start -- x", start: "node a.js" },
      "export A=1 || exit\nexec node a.js x",
    ],
    ["npm run none --if-present", {}, "exec true"],
  ])("%s, %j", (command, scripts, text) => {
    expect(textOf(command, scripts)).toBe(text);
  });

  it("has the names of npm for its script and its package", () => {
    expect(
      outputOf(["npm", "run", "tell"], {
        tell: 'echo "$npm_lifecycle_event $npm_package_name $npm_package_version"',
      }),
    ).toBe("tell shop 1.2.0\n");
  });

  it("is a program of the packages where it asks for one", () => {
    expect(of("npx prisma migrate deploy", {})).toEqual({
      kind: "command",
      command: ["prisma", "migrate", "deploy"],
      programs: ["prisma"],
    });
    expect(of("npm exec -- knex migrate:latest", {})).toMatchObject({ command: ["knex", "migrate:latest"] });
    expect(of("npm run all", { all: "npx --no prisma x && node y" })).toMatchObject({ programs: ["prisma"] });
  });

  it.each([
    ["npm run wbe", { web: "node web.js" }, "package.json has no script wbe: it has web"],
    ["npm run", {}, "it names no script"],
    ["npm ci", {}, "npm ci is nothing that a release can do"],
    ["npm --prefix api start", {}, "--prefix is for npm itself"],
    [
      "npm run web --port 80",
      { web: "node web.js" },
      "--port is for npm itself; what is for the script stands after --",
    ],
    ["npx cowsay@1 hi", {}, "cowsay@1 is fetched when it is asked for"],
    ["npx", {}, "it names no program"],
    ["npm run a", { a: "npm run b", b: "node x && npm run a" }, "the script a runs itself"],
    ["npm run a", { a: "npm run b & npm run c" }, "its script a asks npm in a way that can't be followed"],
    ["npm run a", { a: "cd api && npm start" }, "its script a asks npm"],
    ["npm run a", { a: "concurrently 'npm:b' npm:c" }, "its script a asks npm"],
    ["npm run a", { a: "npm run $WHICH" }, "its script a asks npm"],
    ["npm run a", { a: "pnpm build && node x" }, "its script a asks npm"],
    ["npm run a", { a: "npm install && node x" }, "npm install is nothing that a release can do"],
  ])("%s, %j is refused", (command, scripts, why) => {
    expect(of(command, scripts)).toMatchObject({ kind: "fault", why: expect.stringContaining(why) });
  });

  it("gets its arguments as they are, whatever is in them", () => {
    const args = fc.array(
      fc.string().filter((text) => !text.includes("\0")),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(args, (given) => {
        const scripts = {
          pretell: "true",
          tell: `node -e 'console.log(JSON.stringify(process.argv.slice(1)))' --`,
        };
        const found = withoutNpm(["npm", "run", "tell", "--", ...given], pkg(scripts));
        if (found.kind !== "command") throw new Error(found.kind);
        const [program = "", ...words] = found.command;
        const output = execFileSync(program, words, { encoding: "utf8" });
        expect(JSON.parse(output)).toEqual(given);
      }),
      { numRuns: 12 },
    );
  });

  it("ends as its first part that fails does, and is the application itself for who sends signals", () => {
    const scripts = { prestart: "sh -c 'exit 7'", start: "echo no" };
    const found = withoutNpm(["npm", "start"], pkg(scripts));
    const [program = "", ...args] = found.kind === "command" ? found.command : [];
    expect(() => execFileSync(program, args, { stdio: "pipe" })).toThrow(
      expect.objectContaining({ status: 7, stdout: Buffer.from("") }),
    );
    const own = outputOf(["npm", "start"], {
      prestart: "A=1",
      start: 'sh -c \'tr "\\0" " " </proc/$$/cmdline\'',
    });
    expect(own).toMatch(/^sh -c tr/);
  });
});
