import type { Source } from "../files.ts";
import type { Findings, Found, FoundVariable } from "../findings.ts";
import { balanced, splitArguments } from "./python-calls.ts";
import type { ReadVariable } from "./read-variables.ts";

type Data = Pick<Findings, "sqlite" | "persist"> & {
  /** Values that stand in for those of the same name. */
  readonly variables: readonly FoundVariable[];
  readonly missing: readonly string[];
};

/** Where the database and the uploaded files are, as the text of the settings shows. */
export function findData(settings: readonly Source[], read: readonly ReadVariable[]): Data {
  const database = findDatabase(settings, read);
  const media = findMedia(settings);
  return {
    ...database,
    persist: [...new Map([...database.persist, ...media.persist].map((one) => [one.value, one])).values()],
    missing: [...database.missing, ...media.missing],
  };
}

const none = { sqlite: undefined, persist: [], variables: [], missing: [] } as const;

function findDatabase(settings: readonly Source[], read: readonly ReadVariable[]): Data {
  const url = read.find(
    ({ name, line }) => name === "DATABASE_URL" || /dj_database_url|env\.db\b/.test(line),
  );
  const byAddress =
    settings.some(({ text }) => /dj_database_url|env\.db(?:_url)?\(/.test(text)) || url !== undefined;
  if (byAddress && url) {
    const variable = url.name === "DATABASE_URL" ? undefined : url.name;
    return {
      ...none,
      sqlite: { value: { variable }, where: `${url.name} in ${url.where}` },
      missing: otherFile(fixedName(settings), url.name, settings),
    };
  }
  const sqlite = settings.find(({ text }) => /db\.backends\.sqlite3/.test(text));
  if (!sqlite) return { ...none, missing: [serverSentence(settings)] };
  const variable = nameVariable(sqlite.text);
  const file = fixedName([sqlite]);
  if (variable !== undefined) {
    const value = `data/${file?.value.split("/").at(-1) ?? "db.sqlite3"}`;
    return {
      ...none,
      persist: [{ value: "data", where: `where ${variable} puts the database` }],
      variables: [
        { name: variable, where: sqlite.path, declaration: "optional", given: { from: "literal", value } },
      ],
    };
  }
  if (file === undefined) {
    const missing = `The database: ${sqlite.path} names SQLite, and it was not seen which file. It has to be in a folder of \`persist\`, or at the address in DATABASE_URL with \`database: sqlite()\`.`;
    return { ...none, missing: [missing] };
  }
  const folder = file.value.split("/").slice(0, -1).join("/");
  if (folder === "") return { ...none, missing: ownFile(file) };
  return { ...none, persist: [{ value: folder, where: `${file.value} in ${file.where}` }] };
}

/** `"NAME": BASE_DIR / "data" / "db.sqlite3"`: what is joined to the application's own folder. */
function fixedName(settings: readonly Source[]): Found<string> | undefined {
  for (const { path, text } of settings) {
    const expression = nameExpression(text);
    const parts = stringsIn(expression).filter((part) => !/^[A-Z0-9_]+$/.test(part));
    if (/BASE_DIR|BASE|ROOT|path/i.test(expression) && parts.length > 0)
      return { value: parts.join("/"), where: path };
  }
  return undefined;
}

function nameVariable(text: string): string | undefined {
  return /(?:getenv|environ\.get|env|config)\(\s*["']([A-Z][A-Z0-9_]*)["']/.exec(nameExpression(text))?.[1];
}

/** What stands behind `"NAME":` in the dictionary of a SQLite database. */
function nameExpression(text: string): string {
  const at = text.indexOf("db.backends.sqlite3");
  const open = text.lastIndexOf("{", at);
  const inside = at === -1 || open === -1 ? undefined : balanced(text, open + 1);
  const entry = splitArguments(inside ?? "").find((one) => /^["']NAME["']\s*:/.test(one));
  return entry?.replace(/^["']NAME["']\s*:/, "") ?? "";
}

function ownFile({ value, where }: Found<string>): string[] {
  const name = value.split("/").at(-1) ?? value;
  return [
    `A database that outlives releases: ${where} has it at ${value} in the application's own folder, and each release has a folder of its own. Write \`"NAME": BASE_DIR / "data" / "${name}"\` there and \`persist: ["data"]\` here, or let the settings read DATABASE_URL and add \`database: sqlite()\`.`,
  ];
}

/** Settings that read the address only on some platform would use a file of the release's own everywhere else. */
function otherFile(file: Found<string> | undefined, variable: string, settings: readonly Source[]): string[] {
  const asked = settings.some(({ text }) =>
    new RegExp(`["']${variable}["']\\s+in\\s+os\\.environ|if\\s+[^\\n]*["']${variable}["']`).test(text),
  );
  if (file === undefined || asked) return [];
  return [
    `Whether ${variable} is always read: ${file.where} also names ${file.value} in the application's own folder, which a new release does not have. See that it is used only where ${variable} is not set.`,
  ];
}

function serverSentence(settings: readonly Source[]): string {
  const engine = settings
    .map(({ text }) => /db\.backends\.(postgresql|mysql|oracle)/.exec(text)?.[1])
    .find((one) => one !== undefined);
  return engine === undefined
    ? "The database: the settings name none that was seen. Where there is one, let them read DATABASE_URL and add `database: sqlite()`."
    : `A database that this version of cozy looks after: only SQLite is. The settings name ${engine}; its server has to be there, and cozy leaves it alone.`;
}

function findMedia(settings: readonly Source[]): Pick<Data, "persist" | "missing"> {
  for (const { path, text } of settings) {
    const expression = /^MEDIA_ROOT\s*=\s*(.+)$/m.exec(text)?.[1];
    if (expression === undefined) continue;
    const parts = stringsIn(expression);
    const isPlain =
      parts.length > 0 &&
      parts.every((part) => /^[\w./-]+$/.test(part)) &&
      !/environ|getenv|env\(|config\(/.test(expression);
    const folder = parts.join("/").replace(/^\.?\/|\/$/g, "");
    if (!isPlain || folder === "" || folder.includes("..")) continue;
    return {
      persist: [{ value: folder, where: `MEDIA_ROOT in ${path}` }],
      missing: [
        `Who serves uploaded files: ${folder}/ outlives releases, but Django serves it only while DEBUG is on. With \`media: disk()\` cozy serves them; MEDIA_ROOT then has to be the folder in MEDIA_URL (\`urlparse(os.environ["MEDIA_URL"]).path\`).`,
      ],
    };
  }
  return { persist: [], missing: [] };
}

function stringsIn(expression: string): string[] {
  return [...expression.matchAll(/["']([^"'\n]*)["']/g)].map(([, text = ""]) => text);
}
