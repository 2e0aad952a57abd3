/**
 * What is loaded into every Node process of a rehearsed release, by `NODE_OPTIONS`: it notes the statements that fail, as a line of JSON
 * each. It stands in CommonJS and is text here, because it is written into the scratch environment and run by the application's own Node.
 * `node:sqlite` is wrapped at once and better-sqlite3 when it is loaded. Whatever goes wrong in it, the application never learns.
 */
export const nodeRecorder = String.raw`"use strict";
const { appendFileSync } = require("node:fs");
const file = process.env.COZY_STATEMENTS;

function note(sql, error) {
  try {
    const line = { at: Date.now(), release: process.env.COZY_RELEASE, sql: String(sql).slice(0, 4000), error: String(error && error.message) };
    appendFileSync(file, JSON.stringify(line) + "\n", { mode: 0o600 });
  } catch {}
}

const wrapped = new WeakSet();

function wrap(target, name, sqlOf) {
  const original = target && target[name];
  if (typeof original !== "function" || wrapped.has(original)) return;
  const recording = function (...args) {
    try {
      return original.apply(this, args);
    } catch (error) {
      note(sqlOf(this, args), error);
      throw error;
    }
  };
  Object.defineProperty(recording, "name", { value: name, configurable: true });
  Object.defineProperty(recording, "length", { value: original.length, configurable: true });
  wrapped.add(recording);
  const how = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { ...how, value: recording });
}

const given = (_, [sql]) => sql;

function builtIn() {
  const emitWarning = process.emitWarning;
  process.emitWarning = () => {};
  let sqlite;
  try {
    sqlite = process.getBuiltinModule ? process.getBuiltinModule("node:sqlite") : require("node:sqlite");
  } finally {
    process.emitWarning = emitWarning;
  }
  if (!sqlite) return;
  for (const name of ["exec", "prepare"]) wrap(sqlite.DatabaseSync.prototype, name, given);
  for (const name of ["run", "get", "all"]) wrap(sqlite.StatementSync.prototype, name, (statement) => statement.sourceSQL);
}

function better(Database) {
  if (typeof Database !== "function" || !Database.prototype) return;
  for (const name of ["exec", "prepare"]) wrap(Database.prototype, name, given);
  const prepare = Database.prototype.prepare;
  if (wrapped.has(Database)) return;
  wrapped.add(Database);
  Database.prototype.prepare = function (...args) {
    const statement = prepare.apply(this, args);
    try {
      for (const name of ["run", "get", "all"]) wrap(Object.getPrototypeOf(statement), name, ({ source }) => source);
    } catch {}
    return statement;
  };
}

function whenLoaded() {
  const Module = require("node:module");
  const load = Module._load;
  Module._load = function (request, ...more) {
    const exported = load.call(this, request, ...more);
    try {
      if (/(^|[\\/])better-sqlite3($|[\\/]lib[\\/]index\.js$)/.test(request)) better(exported);
    } catch {}
    return exported;
  };
}

if (file) {
  for (const part of [builtIn, whenLoaded]) {
    try {
      part();
    } catch {}
  }
}
`;
