import type { Expression, Node, ObjectExpression, Program, Property, SpreadElement } from "acorn";
import type { Path } from "../faults.ts";
import { parseSource } from "./parse-source.ts";

/** A place in the project file: lines and columns count from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export type Locator = (path: Path, at: "key" | "value") => Position | undefined;

/**
 * Finds where the project file says something. It follows object literals, the arguments of builders, constants of the same file and
 * spreads; where the trail ends (a condition, a call, an import), the nearest outer place stands in.
 */
export async function locatorOf(source: string, isTypeScript: boolean): Promise<Locator> {
  const parsed = await parseSource(source, isTypeScript);
  if (!parsed.ok) return () => undefined;
  const { program } = parsed;
  const constants = constantsOf(program);
  const root = exportedBy(program);
  return (path, at) => {
    if (!root) return undefined;
    let node: Node = root;
    let found: Node = root;
    for (const [i, part] of path.entries()) {
      const step = stepInto(resolved(node, constants), part, constants);
      if (!step) return position(found);
      found = i === path.length - 1 && at === "key" ? step.key : step.value;
      node = step.value;
    }
    return position(found);
  };
}

interface Step {
  readonly key: Node;
  readonly value: Node;
}

function stepInto(node: Node, part: string | number, constants: Constants): Step | undefined {
  if (is(node, "ArrayExpression") && typeof part === "number") {
    const element = node.elements[part];
    const shifted = node.elements.slice(0, part + 1).some((one) => one?.type === "SpreadElement");
    return element && !shifted ? { key: element, value: element } : undefined;
  }
  if (is(node, "CallExpression")) return intoArguments(node, part, constants);
  if (!is(node, "ObjectExpression")) return undefined;
  // The last one counts, as it does when the object is made.
  for (const property of node.properties.toReversed()) {
    const step =
      property.type === "SpreadElement" ? insideSpread(property, part, constants) : own(property, part);
    if (step) return step;
  }
  return undefined;
}

/** `servers([…], { … })`: the list is its `hosts`, all else is in the object behind it. */
function intoArguments(
  { arguments: [list, options] }: Nodes["CallExpression"],
  part: string | number,
  constants: Constants,
): Step | undefined {
  if (part === "hosts" && list) return { key: list, value: list };
  return options && stepInto(resolved(options, constants), part, constants);
}

function own(property: Property, part: string | number): Step | undefined {
  const { key } = property;
  const name =
    key.type === "Identifier" && !property.computed
      ? key.name
      : key.type === "Literal"
        ? key.value
        : undefined;
  return name === part ? { key, value: property.value } : undefined;
}

function insideSpread(spread: SpreadElement, part: string | number, constants: Constants): Step | undefined {
  return stepInto(resolved(spread.argument, constants), part, constants);
}

type Constants = ReadonlyMap<string, Expression>;

/** Sees through constants and builders: `node({ … })` stands for its object; a builder that takes a list first stays. */
function resolved(node: Node, constants: Constants, depth = 0): Node {
  if (depth > 20) return node;
  if (is(node, "Identifier")) {
    const value = constants.get(node.name);
    return value ? resolved(value, constants, depth + 1) : node;
  }
  if (is(node, "CallExpression")) {
    const [first] = node.arguments;
    if (!first || first.type === "SpreadElement") return node;
    const inner = resolved(first, constants, depth + 1);
    return is(inner, "ArrayExpression") ? node : inner;
  }
  return node;
}

function exportedBy(program: Program): Node | undefined {
  for (const statement of program.body) {
    if (statement.type === "ExportDefaultDeclaration") return statement.declaration;
    if (statement.type !== "ExportNamedDeclaration") continue;
    const specifier = statement.specifiers.find(
      ({ exported }) => exported.type === "Identifier" && exported.name === "default",
    );
    if (specifier) return specifier.local;
  }
  return undefined;
}

function constantsOf(program: Program): Constants {
  const constants = new Map<string, Expression>();
  for (const statement of program.body) {
    const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement;
    if (declaration?.type !== "VariableDeclaration" || declaration.kind !== "const") continue;
    for (const { id, init } of declaration.declarations) {
      if (id.type === "Identifier" && init) constants.set(id.name, init);
    }
  }
  return constants;
}

interface Nodes {
  ArrayExpression: import("acorn").ArrayExpression;
  CallExpression: import("acorn").CallExpression;
  Identifier: import("acorn").Identifier;
  ObjectExpression: ObjectExpression;
}

function is<Type extends keyof Nodes>(node: Node, type: Type): node is Nodes[Type] {
  return node.type === type;
}

function position(node: Node): Position | undefined {
  return node.loc ? { line: node.loc.start.line, column: node.loc.start.column + 1 } : undefined;
}
