import { inParallel } from "../artifacts/in-parallel.ts";
import { CozyError } from "../errors/cozy-error.ts";
import { unknownHosts } from "../release/joining-hosts.ts";
import { keeperLeaves } from "../release/leaving-hosts.ts";
import { forgetCertificate } from "../setup/certificates.ts";
import { planRemoval } from "../setup/plan-removal.ts";
import { runItems, type ItemResult } from "../setup/run-items.ts";
import { listed } from "../shared/words.ts";
import { askYesOrNo } from "./ask-yes-or-no.ts";
import { printResult, type CommandContext } from "./command-context.ts";
import type { OpenEnvironment } from "./open-environment.ts";
import { openSetup, type OpenSetup } from "./open-setup.ts";
import { setupReport, setupText } from "./setup-text.ts";

/** Takes an environment away from its hosts, after a person or `--yes` has said so; gives the exit code. */
export async function removeSetUp(
  context: CommandContext,
  opened: OpenEnvironment,
  options: { readonly data: boolean; readonly yes: boolean; readonly host?: string | undefined },
): Promise<number> {
  const { target, hosts: all } = await openSetup(context, opened, "removal");
  const { name } = opened.environment;
  const hosts = hostsMeant(name, all, options.host);
  const names = listed(hosts.map((host) => host.name));
  const data = options.data ? "Its data is packed away there and removed." : "Its data stays where it is.";
  const question = `${name} will be taken away from ${names}: it stops serving at once. ${data}`;
  if (!options.yes && (await askYesOrNo(context, question)) !== "yes")
    throw notConfirmed(name, question, options.host);
  const reports = await inParallel(hosts, target.parallel, async (host) => {
    const results: ItemResult[] = [];
    const onResult = (result: ItemResult): void => void results.push(result);
    await runItems(host, planRemoval(host.request, options), { check: false, onResult }, context.signal);
    await forgetCertificate(host, host.request, context.signal);
    // A new connection of whoever sets up: the deploying user may be gone.
    await host.connection.end();
    await runItems(host, [], { check: false, first: "confirm_firewall", onResult }, context.signal);
    await host.connection.close();
    return setupReport(host.name, results);
  });
  printResult(context, { removed: name, hosts: reports }, () =>
    [
      setupText(reports, name, false),
      `${name} is gone from ${names}. ${options.data ? "" : data}`.trimEnd(),
    ].join("\n"),
  );
  return 0;
}

/** One alone, but for the first, without which the others have no history; all where none is named. */
function hostsMeant(
  environment: string,
  hosts: OpenSetup["hosts"],
  asked: string | undefined,
): OpenSetup["hosts"] {
  if (asked === undefined) return hosts;
  const names = hosts.map(({ name }) => name);
  if (!names.includes(asked)) throw unknownHosts(environment, [asked], names);
  if (asked === names[0] && names.length > 1) throw keeperLeaves(environment, asked);
  return hosts.filter(({ name }) => name === asked);
}

function notConfirmed(environment: string, question: string, host: string | undefined): CozyError {
  return new CozyError("wrong-usage", {
    message: `${question} Nobody has confirmed that.`,
    state: "Nothing was changed.",
    next: `cozy setup ${environment} --remove${host === undefined ? "" : ` --host ${host}`} --yes`,
  });
}
