import { docOf } from "../schema/doc.ts";
import { type AnySchema, definitionOf, shapeOf, unwrapped } from "../schema/walk.ts";

/** A schema that has a public type of its own. */
export interface NamedSchema {
  readonly name: string;
  readonly schema: AnySchema;
}

/** The TypeScript of every public type of the project file, outermost first. */
export function typesText(root: AnySchema): string {
  const types = namedSchemas(root).map(({ schema }) => declaration(schema));
  return [
    "// Made from schema/ by `node src/project/reference/main.ts`; a test fails when it is stale. Do not edit.",
    ...types,
  ]
    .join("\n\n")
    .concat("\n");
}

/** Every named schema that can be reached, each once, in the order of reading. */
export function namedSchemas(root: AnySchema): NamedSchema[] {
  const found = new Map<string, AnySchema>();
  const visit = (outer: AnySchema): void => {
    const schema = unwrapped(outer);
    const { name } = docOf(schema);
    if (name !== undefined) {
      if (found.has(name)) return;
      found.set(name, schema);
    }
    for (const child of childrenOf(schema)) visit(child);
  };
  visit(root);
  return [...found].map(([name, schema]) => ({ name, schema }));
}

function childrenOf(schema: AnySchema): readonly AnySchema[] {
  const definition = definitionOf(schema);
  if (definition.type === "object") return Object.values(definition.shape);
  if (definition.type === "record") return [definition.valueType];
  if (definition.type === "array") return [definition.element];
  return definition.type === "union" ? definition.options : [];
}

function declaration(schema: AnySchema): string {
  const { name, about } = docOf(schema);
  const comment = `/** ${about ?? ""} */`;
  const shape = shapeOf(schema);
  if (!shape) return `${comment}\nexport type ${name} = ${bodyOf(schema)};`;
  return `${comment}\nexport interface ${name} {\n${Object.entries(shape).map(fieldText).join("\n")}\n}`;
}

function fieldText([key, field]: [string, AnySchema]): string {
  const { text, default: fallback } = docOf(field);
  const optional = definitionOf(field).type === "optional";
  const type = typeOf(field);
  const line = `  readonly ${key}${optional ? "?" : ""}: ${type}${optional && !["never", "unknown"].includes(type) ? " | undefined" : ""};`;
  if (text === undefined) return line;
  return `  /** ${text}${fallback === undefined ? "" : ` Default: ${fallback}.`} */\n${line}`;
}

/** A type as another one names it. */
export function typeOf(outer: AnySchema): string {
  const schema = unwrapped(outer);
  return docOf(schema).name ?? bodyOf(schema);
}

function bodyOf(schema: AnySchema): string {
  const { type } = docOf(schema);
  if (type !== undefined) return type;
  const definition = definitionOf(schema);
  if (definition.type === "literal")
    return definition.values.map((value) => JSON.stringify(value)).join(" | ");
  if (definition.type === "enum") return Object.values(definition.entries).map(quoted).join(" | ");
  if (definition.type === "union") return definition.options.map(typeOf).join(" | ");
  if (definition.type === "record") return `{ readonly [name: string]: ${typeOf(definition.valueType)} }`;
  if (definition.type === "array") return `readonly ${typeOf(definition.element)}[]`;
  if (["string", "number", "boolean", "never"].includes(definition.type)) return definition.type;
  throw new Error(`the reference has no words for a schema of type ${definition.type}`);
}

function quoted(value: string | number): string {
  return JSON.stringify(value);
}
