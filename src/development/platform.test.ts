import { describe, expect, it } from "vitest";
import { fileNamesOf, killTreeCommand, searchPathOf, typed, venvPrograms, venvPython } from "./platform.ts";

describe("where a virtual environment has its programs", () => {
  it("is another folder on Windows", () => {
    expect(venvPrograms("/p/.venv", "linux")).toBe("/p/.venv/bin");
    expect(venvPython("/p/.venv", "darwin")).toBe("/p/.venv/bin/python");
    expect(venvPrograms("C:\\p\\.venv", "win32")).toBe("C:\\p\\.venv\\Scripts");
    expect(venvPython("C:\\p\\.venv", "win32")).toBe("C:\\p\\.venv\\Scripts\\python.exe");
  });
});

describe("fileNamesOf", () => {
  it("tries on Windows what the system would try", () => {
    expect(fileNamesOf("npm", {}, "linux")).toEqual(["npm"]);
    expect(fileNamesOf("npm", { PATHEXT: ".EXE;.CMD" }, "win32")).toEqual(["npm.exe", "npm.cmd"]);
    expect(fileNamesOf("npm", {}, "win32")).toContain("npm.cmd");
    expect(fileNamesOf("node.exe", {}, "win32")).toEqual(["node.exe"]);
  });
});

describe("searchPathOf", () => {
  it("reads the path by the platform's name and separator", () => {
    expect(searchPathOf({ PATH: "/a:/b:" }, "linux")).toEqual(["/a", "/b"]);
    expect(searchPathOf({ Path: "C:\\a;D:\\b" }, "win32")).toEqual(["C:\\a", "D:\\b"]);
    expect(searchPathOf({}, "linux")).toEqual([]);
  });
});

it("ends a tree on Windows by force, with all that it started", () => {
  expect(killTreeCommand(42)).toEqual(["taskkill", "/T", "/F", "/PID", "42"]);
});

it("quotes what is to be typed only where it must", () => {
  expect(typed(["node", "src/server.ts", "--a=b"])).toBe("node src/server.ts --a=b");
  expect(typed(["sh", "-c", "a b"])).toBe('sh -c "a b"');
});
