import { describe, expect, it } from "vitest";
import { djangoApp } from "../artifacts/testing.ts";
import { commandsOf, djangoEnvironment, filledIn, placeholdersIn, standInVariables } from "./django.ts";

const parts = {
  treeFolder: "/t",
  runtimeBin: "/r/bin",
  os: "linux",
  home: "/home/x",
  temp: "/tmp",
  secrets: {},
};

describe("the environment of a Django build", () => {
  it("has the packages' programs first, the build's own variables, and no colour of the day", () => {
    const env = djangoEnvironment({
      ...parts,
      variables: { A: "1", TZ: "Europe/Rome" },
      secrets: { S: "s" },
    });
    expect(env).toMatchObject({ A: "1", S: "s", TZ: "Europe/Rome", PYTHONHASHSEED: "0", VIRTUAL_ENV: "/t" });
    expect(env["PATH"]?.split(":").slice(0, 3)).toEqual(["/t/bin", "/r/bin", "/usr/local/bin"]);
    expect(djangoEnvironment({ ...parts, variables: { PATH: "/only" } })["PATH"]).toBe("/t/bin:/r/bin:/only");
  });

  it("has stand-ins for what environments give: defaults, a text for required secrets, addresses", () => {
    const app = djangoApp({
      settings: "shop.settings",
      variables: {
        LEVEL: "INFO",
        KEY: { secret: true },
        DSN: { secret: true, required: false },
        HOSTS: { required: true },
        DATABASE_URL: { secret: true },
        SESSIONS_URL: "memory:test",
      },
    });
    const places = { database: "sqlite:////x/db", media: "file:///x/media" };
    const names = { database: ["DB"], media: ["UPLOADS"] };
    expect(standInVariables(app, places, names)).toEqual({
      LEVEL: "INFO",
      KEY: expect.stringMatching(/^stand-in-at-build-.{50}/),
      DATABASE_URL: "sqlite:////x/db",
      DB: "sqlite:////x/db",
      MEDIA_URL: "file:///x/media",
      UPLOADS: "file:///x/media",
      CACHE_URL: "memory:",
      SESSIONS_URL: "memory:test",
      QUEUE_URL: "memory:",
      STATIC_URL: "/static/",
      DJANGO_SETTINGS_MODULE: "shop.settings",
    });
  });
});

describe("the placeholders of commands", () => {
  it("are found in every command of an application, and filled where there is an answer", () => {
    const app = djangoApp({ schedules: { daily: { every: "1d", run: ["x", "--of={settings}"] } } });
    expect(placeholdersIn(commandsOf(app))).toEqual(new Set(["wsgi", "settings"]));
    const facts = { wsgi: "shop.wsgi:application", asgi: undefined, settings: "shop.settings" };
    expect(filledIn(["gunicorn", "{wsgi}", "unix:{socket}", "{asgi}", "a={settings},{wsgi}"], facts)).toEqual(
      [
        "gunicorn",
        "shop.wsgi:application",
        "unix:{socket}",
        "{asgi}",
        "a=shop.settings,shop.wsgi:application",
      ],
    );
  });
});
