import type * as z from "zod/mini";

/** Any schema, seen with the definition of its kind. */
export type AnySchema = z.core.$ZodType;
type Definition = z.core.$ZodTypes["_zod"]["def"];

/** zod types each kind of schema apart; their union is what can be told apart by `def.type`. */
export function definitionOf(schema: AnySchema): Definition {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion, no-underscore-dangle -- the union of all kinds, and zod's own name
  return (schema as z.core.$ZodTypes)._zod.def;
}

export function unwrapped(schema: AnySchema): AnySchema {
  const definition = definitionOf(schema);
  return definition.type === "optional" ? unwrapped(definition.innerType) : schema;
}

/** The fields of an object schema. */
export function shapeOf(schema: AnySchema): Readonly<Record<string, AnySchema>> | undefined {
  const definition = definitionOf(unwrapped(schema));
  return definition.type === "object" ? definition.shape : undefined;
}

/** The schema that the value at this path is checked by; `value` picks the options of unions on the way. */
export function schemaAt(
  schema: AnySchema,
  path: readonly PropertyKey[],
  value: unknown,
): AnySchema | undefined {
  const inner = unwrapped(schema);
  const here = definitionOf(inner).type === "union" ? optionFor(inner, value) : inner;
  const [first, ...rest] = path;
  if (first === undefined) return here;
  const next = stepInto(here, first);
  return next && schemaAt(next, rest, childOf(value, first));
}

function stepInto(schema: AnySchema, key: PropertyKey): AnySchema | undefined {
  const definition = definitionOf(schema);
  if (definition.type === "object") return definition.shape[String(key)];
  if (definition.type === "record") return definition.valueType;
  if (definition.type === "array") return definition.element;
  return undefined;
}

/** The option of a union that a value was meant for, as far as its looks tell; the union itself where they don't. */
export function optionFor(schema: AnySchema, value: unknown): AnySchema {
  const options = flatOptions(schema).filter((option) => hasKindOf(option, value));
  if (options.length === 1 && options[0] && !tagOf(options[0])) return options[0];
  const meant = options.filter((option) => isMeant(option, value));
  return meant.length === 1 && meant[0] ? meant[0] : schema;
}

/** What a union allows, unions within it included; anything else is its only option. */
export function flatOptions(schema: AnySchema): readonly AnySchema[] {
  const definition = definitionOf(schema);
  return definition.type === "union" ? definition.options.flatMap(flatOptions) : [schema];
}

function hasKindOf(option: AnySchema, value: unknown): boolean {
  const { type } = definitionOf(option);
  if (type === "string") return typeof value === "string";
  return type === "array" ? Array.isArray(value) : isObject(value);
}

/** By its tag; without one, by the first field that only this option needs: `path`, `command`. */
function isMeant(option: AnySchema, value: unknown): boolean {
  const tag = tagOf(option);
  if (tag) return childOf(value, tag.key) === tag.value;
  const needed = Object.entries(shapeOf(option) ?? {}).find(
    ([, field]) => definitionOf(field).type !== "optional",
  );
  return needed !== undefined && childOf(value, needed[0]) !== undefined;
}

/** What a builder leaves in its object, so that it is known again: `kind: "sqlite"`, `from: "dotenv"`. */
export function tagOf(schema: AnySchema): { readonly key: string; readonly value: string } | undefined {
  for (const key of ["kind", "from"]) {
    const field = shapeOf(schema)?.[key];
    const definition = field && definitionOf(field);
    if (definition?.type === "literal") return { key, value: String(definition.values[0]) };
  }
  return undefined;
}

export function childOf(value: unknown, key: PropertyKey): unknown {
  return isObject(value) || Array.isArray(value) ? Reflect.get(value, key) : undefined;
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
