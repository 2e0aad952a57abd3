import * as z from "zod/mini";

/** What the schema says of itself beside its rules: the public types, the reference page and the faults are made from it. */
export interface Doc {
  /** The name of the public type, where it has one. */
  readonly name?: string;
  /** The TypeScript type, where the schema checks more than its own kind tells. */
  readonly type?: string;
  /** What the type is, in whole sentences. */
  readonly about?: string;
  /** What the field is for, in whole sentences. */
  readonly text?: string;
  /** Completes "must be …". */
  readonly expects?: string;
  /** How the default reads in the documentation. */
  readonly default?: string;
}

const docs = z.registry<Doc>();

export function docOf(schema: z.core.$ZodType): Doc {
  return docs.get(schema) ?? {};
}

/** Gives a schema its documentation; the same schema comes back. */
export function documented<S extends z.core.$ZodType>(schema: S, doc: Doc): S {
  docs.add(schema, doc);
  return schema;
}

/** A field that can be left out. `fallback` is what is then taken, as a reader should see it. */
export function optional<S extends z.core.$ZodType>(
  schema: S,
  text: string,
  fallback?: string,
): z.ZodMiniOptional<S> {
  return documented(z.optional(schema), { text, ...(fallback === undefined ? {} : { default: fallback }) });
}

/** A field that must be there. The schema is copied, so that it can say something else in another field. */
export function required<S extends z.ZodMiniType>(schema: S, text: string): S {
  return documented(schema.clone(), { ...docOf(schema), text });
}

/** An object that refuses keys it does not know, under the name of its public type. */
export function object<Shape extends z.core.$ZodShape>(
  name: string,
  about: string,
  shape: Shape,
  expects = "an object",
): z.ZodMiniObject<Shape, z.core.$strict> {
  return documented(z.strictObject(shape), { name, about, expects });
}

/** A field with a place in the file that this version does not carry out: any value is refused by name. */
export function notYet(text: string): z.ZodMiniOptional<z.ZodMiniNever> {
  return documented(z.optional(z.never()), {
    text: `${text} Not carried out by this version of cozy.`,
    type: "never",
  });
}
