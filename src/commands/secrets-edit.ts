import { randomUUID } from "node:crypto";
import { splitCommand } from "../project/command-words.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { runInteractively } from "../hosts/this-machine/run-interactively.ts";
import { Secret } from "../secrets/secret.ts";
import { editText, parseEdited, withFaults } from "../secrets/age/edit-text.ts";
import { secretsFile, type SealedSecret } from "../secrets/age/encrypted-file.ts";
import { identityVariable, requireIdentity } from "../secrets/age/identity.ts";
import { openSecrets } from "../secrets/age/open-secrets.ts";
import { withPrivateFile, type PrivateFile } from "../secrets/age/private-file.ts";
import { seal } from "../secrets/age/sealed-value.ts";
import { changeSecrets, readRecipients, readSecrets } from "../secrets/age/secrets-store.ts";
import { listed } from "../shared/words.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { identityPlace, openSecretsOf, setNow } from "./secrets-open.ts";
import type { SecretsRequest } from "./secrets.ts";

type Values = ReadonlyMap<string, string>;

/** Opens all secrets of an environment in the editor, and encrypts those anew that were changed there. */
export async function editSecrets(context: CommandContext, { words }: SecretsRequest): Promise<number> {
  const { environment, place } = await openSecretsOf(context, words);
  const editor = editorOf(context);
  const recipients = await readRecipients(place);
  const sealed = await readSecrets(place);
  const identity = await requireIdentity(identityPlace(context));
  const opened = await openSecrets(sealed, place, identity);
  const before: Values = new Map([...opened].map(([name, { value }]) => [name, value.reveal()]));
  const signals = context.takeSignals();
  const after = await withPrivateFile(
    { env: context.env, name: `cozy-${randomUUID()}`, file: `${environment.name}.env` },
    (file) =>
      edited(file, editText(environment.name, before), async () => {
        const command = [...editor, file.path];
        const limits = { memoryBytes: undefined, openFiles: undefined };
        const request = { command, folder: context.cwd, variables: variablesFor(context), limits };
        return runInteractively(request, { signals, atTerminal: true });
      }),
  );
  const set = [...(after ?? before)].filter(([name, value]) => before.get(name) !== value);
  const removed = [...before.keys()].filter((name) => after !== undefined && !after.has(name));
  const when = await setNow(context);
  const fresh: SealedSecret[] = [];
  for (const [name, value] of set) {
    const secret = { name, value: new Secret(value), ...when, exposedTo: [] };
    fresh.push(await seal(secret, place.environment, recipients));
  }
  const touched = [...set.map(([name]) => name), ...removed];
  if (touched.length > 0) {
    await changeSecrets(place, async (now) => {
      refuseOvertaken(touched, sealed, now, environment.name);
      return [...now.filter(({ name }) => !touched.includes(name)), ...fresh];
    });
  }
  const names = set.map(([name]) => name);
  printResult(context, { environment: environment.name, set: names, removed }, () =>
    touched.length === 0
      ? "Nothing was changed."
      : [
          ...(names.length === 0 ? [] : [`Set ${listed(names)}.`]),
          ...(removed.length === 0 ? [] : [`Removed ${listed(removed)}.`]),
          `Commit ${secretsFile(environment.name)}.`,
        ].join("\n"),
  );
  return 0;
}

/** What was made of the text; `undefined` where it was left as it was. A text with faults is opened again with them on top. */
async function edited(
  file: PrivateFile,
  text: string,
  openEditor: () => Promise<number>,
): Promise<Values | undefined> {
  let shown = text;
  let faults: readonly string[] = [];
  for (;;) {
    await file.write(shown);
    const code = await openEditor();
    if (code !== 0) throw notEdited(`the editor ended with ${code}`, []);
    const found = await file.read();
    if (found === shown) {
      if (faults.length === 0) return undefined;
      throw notEdited("the faults were left in it", faults);
    }
    const parsed = parseEdited(found);
    if (parsed.ok) return parsed.values;
    faults = parsed.faults;
    shown = withFaults(found, faults);
  }
}

function editorOf({ env }: CommandContext): readonly string[] {
  const text = env["VISUAL"] || env["EDITOR"] || "vi";
  const words = splitCommand(text);
  if (words.ok && words.words.length > 0) return words.words;
  throw new CozyError("wrong-usage", {
    message: `$EDITOR is no command: it ${words.ok ? "is empty" : words.reason}.`,
    next: "EDITOR=nano cozy secrets edit <environment>",
  });
}

/** The editor's environment is the person's own; the key is none of its business. */
function variablesFor({ env }: CommandContext): Record<string, string> {
  const own = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[0] !== identityVariable,
  );
  return Object.fromEntries(own);
}

/** While the editor was open, somebody else changed the very secrets that were changed in it. */
function refuseOvertaken(
  touched: readonly string[],
  before: readonly SealedSecret[],
  now: readonly SealedSecret[],
  environment: string,
): void {
  const armored = (secrets: readonly SealedSecret[], name: string): string | undefined =>
    secrets.find((one) => one.name === name)?.armored;
  const overtaken = touched.filter((name) => armored(before, name) !== armored(now, name));
  if (overtaken.length === 0) return;
  throw new CozyError("secrets-changed", {
    message: `${listed(overtaken)} in ${secretsFile(environment)} changed while the editor was open.`,
    state: "The file is as it was changed there; nothing of what was edited was kept.",
    next: `cozy secrets edit ${environment}`,
  });
}

function notEdited(why: string, details: readonly string[]): CozyError {
  return new CozyError("secrets-not-edited", {
    message: `The secrets were not edited: ${why}.`,
    details,
    state: "Nothing was changed, and the text in the editor is gone.",
  });
}
