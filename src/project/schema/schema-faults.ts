import * as z from "zod/mini";
import { nearest } from "../../shared/nearest.ts";
import type { Fault, Path } from "../faults.ts";
import { docOf } from "./doc.ts";
import { laterKinds } from "./project.ts";
import {
  type AnySchema,
  childOf,
  definitionOf,
  flatOptions,
  isObject,
  optionFor,
  schemaAt,
  shapeOf,
  tagOf,
  unwrapped,
} from "./walk.ts";

type Issue = z.core.$ZodIssue;

/** Everything in a value that its schema does not allow, each in a sentence that completes the path. */
export function schemaFaults(schema: AnySchema, value: unknown, base: Path = []): Fault[] {
  const result = z.safeParse(schema, value);
  if (result.success) return [];
  const faults = result.error.issues.flatMap((issue) => faultsOf(issue, schema, value, base));
  return withoutRepeats(faults);
}

function faultsOf(issue: Issue, root: AnySchema, rootValue: unknown, base: Path): Fault[] {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const foreign = foreignBuilder(root, rootValue, path);
  if (foreign) return [{ path: [...base, ...foreign.path], message: foreign.message, at: "value" }];

  const full = [...base, ...path];
  const value = path.reduce<unknown>(childOf, rootValue);
  if (issue.code === "unrecognized_keys") {
    const schema = schemaAt(root, path, rootValue);
    return issue.keys.map((key) => ({ path: [...full, key], message: unknownKey(key, schema), at: "key" }));
  }
  if (issue.code === "invalid_key") {
    return [{ path: full, message: invalidKey(schemaAt(root, path.slice(0, -1), rootValue)), at: "key" }];
  }
  const written = fieldAt(root, path, rootValue);
  if (issue.code === "invalid_union") {
    const chosen = written && optionFor(unwrapped(written), value);
    if (chosen && definitionOf(chosen).type !== "union") return schemaFaults(chosen, value, full);
  }
  return [{ path: full, message: valueMessage(issue, written, value, full), at: "value" }];
}

function valueMessage(issue: Issue, schema: AnySchema | undefined, value: unknown, path: Path): string {
  if (issue.code === "custom") return issue.message;
  const inner = schema && unwrapped(schema);
  if (inner && definitionOf(inner).type === "never") return later(`\`${String(path.at(-1))}\``, "remove it");
  const expects = (inner && docOf(inner).expects) ?? "something else";
  if (value === undefined) return `is missing: it must be ${expects}`;
  return `must be ${expects}, not ${shown(value, path)}${didYouMean(value, inner)}`;
}

/** A field whose value was made by the builder of something else, or of something that comes later. */
function foreignBuilder(
  root: AnySchema,
  rootValue: unknown,
  path: Path,
): { path: Path; message: string } | undefined {
  for (let length = 0; length <= path.length; length += 1) {
    const outer = path.slice(0, length);
    const schema = schemaAt(root, outer, rootValue);
    const value = outer.reduce<unknown>(childOf, rootValue);
    const tags = schema && tagsOf(schema);
    if (!tags || !isObject(value) || tags.values.some((one) => one === value[tags.key])) continue;
    const kind = value[tags.key];
    const expects = docOf(schema).expects ?? tags.values.join(" or ");
    if (typeof kind !== "string") return { path: outer, message: `must be written as ${expects}` };
    const instead = Object.hasOwn(laterKinds, kind) ? laterKinds[kind] : undefined;
    if (instead !== undefined) return { path: outer, message: later(`\`${kind}()\``, `use ${instead}`) };
    return { path: outer, message: `must be ${expects}, not \`${builderName(kind)}()\`` };
  }
  return undefined;
}

/** What builders leave in their objects, where every object that can stand here was made by one. */
function tagsOf(schema: AnySchema): { readonly key: string; readonly values: readonly string[] } | undefined {
  const objects = flatOptions(schema).filter((option) => definitionOf(option).type === "object");
  const tags = objects.map(tagOf).filter((tag) => tag !== undefined);
  const [first] = tags;
  if (first === undefined || tags.length < objects.length) return undefined;
  return { key: first.key, values: tags.map((tag) => tag.value) };
}

function later(what: string, instead: string): string {
  return `${what} is not carried out by this version of cozy; ${instead}`;
}

function unknownKey(key: string, schema: AnySchema | undefined): string {
  const fields = Object.entries((schema && shapeOf(schema)) ?? {}).filter(([name]) => name !== "kind");
  const near = nearest(
    key,
    fields.map(([name]) => name),
  );
  const deeper = fields.flatMap(([name, field]) => {
    if (key in (shapeOf(field) ?? {})) return [`${name}.${key}`];
    const definition = definitionOf(unwrapped(field));
    const inEach = definition.type === "record" && key in (shapeOf(definition.valueType) ?? {});
    return inEach ? [`${name}.<name>.${key}`] : [];
  });
  const suggestions = [...near, ...deeper];
  if (suggestions.length > 0) return `is not known; did you mean ${choice(suggestions)}?`;
  const carriedOut = fields.filter(([, field]) => definitionOf(unwrapped(field)).type !== "never");
  return `is not known; there are ${carriedOut.map(([name]) => `\`${name}\``).join(", ")}`;
}

function invalidKey(record: AnySchema | undefined): string {
  const definition = record && definitionOf(record);
  const expects = definition?.type === "record" ? docOf(definition.keyType).expects : undefined;
  return `is no name that can stand here: it must be ${expects ?? "another"}`;
}

function didYouMean(value: unknown, schema: AnySchema | undefined): string {
  const definition = schema && definitionOf(schema);
  if (typeof value !== "string" || definition?.type !== "enum") return "";
  const near = nearest(value, Object.values(definition.entries).map(String));
  return near.length > 0 ? `; did you mean ${choice(near)}?` : "";
}

function choice(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(" or ");
}

/** A value as a message may show it; under `variables`, `secrets` and `password` only its kind, because it may be one. */
function shown(value: unknown, path: Path): string {
  const mayBeSecret = ["variables", "secrets", "password"].includes(String(path.at(-2)));
  if (typeof value === "string") {
    if (mayBeSecret) return "a string";
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
  }
  if (typeof value === "number" || typeof value === "boolean") {
    return mayBeSecret ? `a ${typeof value}` : String(value);
  }
  if (value === null) return "null";
  if (Array.isArray(value)) return value.length === 0 ? "an empty list" : "a list";
  if (value instanceof Promise) return "a promise";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function builderName(kind: string): string {
  if (kind === "environment" || kind === "secrets")
    return `from${kind.charAt(0).toUpperCase()}${kind.slice(1)}`;
  return kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** The schema of a path as written, its last union not yet decided: what tells which forms are allowed. */
function fieldAt(root: AnySchema, path: Path, rootValue: unknown): AnySchema | undefined {
  const last = path.at(-1);
  if (last === undefined) return root;
  const outer = schemaAt(root, path.slice(0, -1), rootValue);
  const definition = outer && definitionOf(outer);
  if (definition?.type === "object") return definition.shape[String(last)];
  if (definition?.type === "record") return definition.valueType;
  return definition?.type === "array" ? definition.element : undefined;
}

function withoutRepeats(faults: readonly Fault[]): Fault[] {
  const seen = new Set<string>();
  return faults.filter((fault) => {
    const key = JSON.stringify([fault.path, fault.message]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
