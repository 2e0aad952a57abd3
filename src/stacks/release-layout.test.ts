import { describe, expect, it } from "vitest";
import { machinePaths } from "../hosts/environment-paths.ts";
import { releaseLayout } from "./release-layout.ts";

const machine = machinePaths({ COZY_HOME: "/cozy" }, "/");
const platform = { os: "linux", arch: "x64", libc: "glibc" } as const;

describe("a release's folder", () => {
  it("of Node leads to its runtime and its modules", () => {
    const content = { stack: "node", platform, runtime: "node-24", tree: "abc", django: undefined } as const;
    expect(releaseLayout(content, "/r", machine)).toEqual({
      links: { runtime: "/cozy/runtimes/node-24", "app/node_modules": "/cozy/trees/abc/node_modules" },
      variables: {
        PATH: "/r/runtime/bin:/r/app/node_modules/.bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
      },
    });
  });

  it("of Django leads to its Python and its packages, and names its settings", () => {
    const django = {
      settings: "shop.settings",
      wsgi: "shop.wsgi:application",
      asgi: undefined,
      staticUrl: "/static/",
      mediaUrl: undefined,
      version: "5.2",
    };
    const content = { stack: "django", platform, runtime: "python-3.12", tree: "abc", django } as const;
    expect(releaseLayout(content, "/r", machine)).toEqual({
      links: { runtime: "/cozy/runtimes/python-3.12", tree: "/cozy/trees/abc" },
      variables: {
        PATH: "/r/tree/bin:/r/runtime/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        PYTHONUNBUFFERED: "1",
        PYTHONDONTWRITEBYTECODE: "1",
        DJANGO_SETTINGS_MODULE: "shop.settings",
      },
    });
  });
});
