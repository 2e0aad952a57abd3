import { docOf } from "../schema/doc.ts";
import { type AnySchema, definitionOf, shapeOf, tagOf, unwrapped } from "../schema/walk.ts";
import { namedSchemas, typeOf } from "./types.ts";

const introduction = `# The project file

<!-- Made from the schema by \`node src/project/reference/main.ts\`; a test fails when it is stale. Do not edit. -->

\`cozy.config.ts\` describes an application and its environments. \`cozy init\` writes one, \`cozy check\` tells every fault in it at once.
It can also be called \`cozy.config.mts\`, \`.js\` or \`.mjs\`; cozy looks for it from the working folder up to the root of the repository.

\`\`\`ts
import { defineProject, disk, generated, node, secret, sqlite, thisMachine } from "cozywish";

export default defineProject({
  name: "shop",
  app: node({
    build: { command: "npm run build" },
    processes: { web: "node dist/server.js", worker: { command: "node dist/worker.js", stopTimeout: "60s" } },
    migrate: "node dist/migrate.js",
    variables: { LOG_LEVEL: "info", SESSION_KEY: secret() },
    ready: { path: "/readyz" },
  }),
  environments: {
    local: {
      target: thisMachine({ port: 8080 }),
      database: sqlite(),
      media: disk(),
      variables: { SESSION_KEY: generated() },
    },
  },
});
\`\`\`

A key that is not listed here is a fault, never ignored. Durations and sizes are written with their unit: \`"30s"\`, \`"512MB"\`.
`;

const builders: Readonly<Record<string, string>> = {
  NodeApp: "node({ … })",
  ThisMachine: "thisMachine({ … })",
  Servers: "servers([…], { … })",
  BuildHost: "host(address, { … })",
  Acme: "acme({ … })",
  GivenCertificate: "givenCertificate({ … })",
  NoCertificate: "noCertificate()",
  Sqlite: "sqlite({ … })",
  Postgres: "postgres({ … })",
  Disk: "disk({ … })",
  FromSecrets: "fromSecrets(name)",
  FromEnvironment: "fromEnvironment(name)",
  FromDotenv: "dotenv(file, name)",
  Generated: "generated({ bytes })",
  DeclaredVariable: "required(), optional() or secret()",
};

/** The reference page of the project file. */
export function referenceText(root: AnySchema): string {
  const sections = namedSchemas(root).map(({ name, schema }) => section(name, schema));
  return [introduction, ...sections].join("\n").concat("\n");
}

function section(name: string, schema: AnySchema): string {
  const { about, type } = docOf(schema);
  const builder = builders[name];
  const lines = [
    `## ${name}`,
    "",
    `${about ?? ""}${builder === undefined ? "" : ` Written as \`${builder}\`.`}`,
    "",
  ];
  const shape = shapeOf(schema);
  if (!shape) {
    const definition = definitionOf(schema);
    const forms =
      definition.type === "union" && type === undefined
        ? definition.options.map(linkedType).join(" or ")
        : `\`${type}\``;
    return [...lines, `Type: ${forms}`, ""].join("\n");
  }
  const fields = Object.entries(shape).filter(([key]) => key !== tagOf(schema)?.key);
  return [
    ...lines,
    "| key | type | default | what it is |",
    "|---|---|---|---|",
    ...fields.map(row),
    "",
  ].join("\n");
}

function row([key, field]: [string, AnySchema]): string {
  const { text, default: fallback } = docOf(field);
  const needed = definitionOf(field).type !== "optional";
  const cells = [`\`${key}\``, linkedType(field), needed ? "**required**" : (fallback ?? ""), text ?? ""];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function linkedType(field: AnySchema): string {
  const schema = unwrapped(field);
  const { name } = docOf(schema);
  if (name !== undefined) return `[${name}](#${name.toLowerCase()})`;
  const definition = definitionOf(schema);
  if (definition.type === "array") return `list of ${linkedType(definition.element)}`;
  if (definition.type === "record") return `${linkedType(definition.valueType)} by name`;
  if (definition.type === "never") return "not yet";
  return `\`${typeOf(schema)}\``;
}
