import { describe, expect, it } from "vitest";
import { ignoring } from "./ignored.ts";

const isIgnored = ignoring(["uploads", "public/assets/", "."]);

describe("ignoring", () => {
  it.each([
    ".git/index",
    "packages/a/node_modules/b/index.js",
    "site/__pycache__/views.cpython-312.pyc",
    ".venv/lib/django/__init__.py",
    "data/app.sqlite-wal",
    "db.sqlite3-journal",
    "media/a.jpg",
    "logs/django.log",
    "dist/server.js",
    "uploads/a/b.png",
    "public/assets/site.css",
    "src/.#server.ts",
    "src/server.ts~",
    "src/.server.ts.swp",
    "4913",
    "data\\app.txt",
  ])("%s is no change of the code", (path) => expect(isIgnored(path)).toBe(true));

  it.each([
    ".env",
    "src/server.ts",
    "src/media/store.ts",
    "site/data/models.py",
    "site/logs.py",
    "uploads-form.ts",
    "public/index.html",
    "database.ts",
    "catalog.log.ts",
  ])("%s is one", (path) => expect(isIgnored(path)).toBe(false));
});
