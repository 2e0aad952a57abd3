import { randomBytes } from "node:crypto";
import { CozyError } from "../errors/cozy-error.ts";
import { Secret } from "../secrets/secret.ts";
import { secretsFile } from "../secrets/age/encrypted-file.ts";
import { seal } from "../secrets/age/sealed-value.ts";
import { valueFault } from "../secrets/age/secret-value.ts";
import { changeSecrets, readRecipients } from "../secrets/age/secrets-store.ts";
import { wantedSecrets } from "../secrets/age/wanted-secrets.ts";
import { listed } from "../shared/words.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import { readSecretValue } from "./read-secret-value.ts";
import { onlyName, openSecretsOf, setNow } from "./secrets-open.ts";
import type { SecretsRequest } from "./secrets.ts";

/** How many random bytes a value that is drawn has; their base64url text is the value, as with `generated()`. */
const drawnBytes = 32;

/** Sets one value. It needs no identity: whoever has the recipients can encrypt to them. */
export async function setSecret(context: CommandContext, request: SecretsRequest): Promise<number> {
  const { environment, place, names } = await openSecretsOf(context, request.words);
  if (names.length > 1 || names[0]?.includes("=")) throw valueOnCommandLine(environment.name);
  const name = onlyName(names, "set");
  const recipients = await readRecipients(place);
  const value = request.generated
    ? new Secret(randomBytes(drawnBytes).toString("base64url"))
    : await readSecretValue(context, `Value of ${name} for ${environment.name}`);
  const fault = valueFault(value.reveal());
  if (fault !== undefined) throw invalidValue(name, fault);
  const set = await seal(
    { name, value, ...(await setNow(context)), exposedTo: [] },
    place.environment,
    recipients,
  );
  let stale = 0;
  let replaced = false;
  await changeSecrets(place, async (secrets) => {
    const others = secrets.filter((one) => one.name !== name);
    replaced = others.length < secrets.length;
    stale = others.filter((one) => one.recipients !== set.recipients).length;
    return [...others, set];
  });
  const file = secretsFile(environment.name);
  const taken = wantedSecrets(environment).includes(name);
  const readers = recipients.map((one) => one.name);
  printResult(context, { name, environment: environment.name, file, replaced, readers, taken, stale }, () =>
    [
      `${replaced ? "Replaced" : "Set"} ${name} in ${file}, for ${listed(readers)} to read; commit it.`,
      ...(taken
        ? []
        : [`Nothing in ${environment.name} takes it yet; in the project file: ${name}: fromSecrets()`]),
      ...(stale === 0
        ? []
        : [`The recipients have changed since others were set: cozy secrets rotate ${environment.name}`]),
    ].join("\n"),
  );
  return 0;
}

function invalidValue(name: string, fault: string): CozyError {
  return new CozyError("secret-invalid", {
    message: `The value for ${name} ${fault}.`,
    state: "Nothing was changed.",
  });
}

function valueOnCommandLine(environment: string): CozyError {
  return new CozyError("wrong-usage", {
    message:
      "A value is not taken from the command line: every user of this machine sees it in `ps`, and your shell's history keeps it.",
    state: "Nothing was changed. If that was the value, it has been seen: get a new one.",
    next: `Give it when you are asked, or through a pipe: cozy secrets set ${environment} <name> < file`,
  });
}
