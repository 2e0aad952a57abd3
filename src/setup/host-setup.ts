import { CozyError } from "../errors/cozy-error.ts";
import type { Connection } from "../hosts/ssh/connection.ts";
import { pause } from "../shared/pause.ts";
import { factsText } from "./facts-script.ts";
import { parseFacts, type HostFacts } from "./host-facts.ts";
import { wantsCertificate } from "./certificate-needs.ts";
import { ignoredSettings, ignoredText } from "./ignored-settings.ts";
import { planBase, planBuilder, planRest } from "./plan-setup.ts";
import type { SetupRequest } from "./setup-request.ts";
import { refuseHost, refuseTakenPorts } from "./refuse-host.ts";
import { runItems, type ItemResult, type SetupHost } from "./run-items.ts";
import { recordItem } from "./setup-record.ts";
import { sshdFile } from "./texts/host-files.ts";

export interface HostSetupParts extends SetupHost {
  readonly request: SetupRequest;
  /** A new connection of the user that deploys: it proves that the host still lets them in, and has the groups that they were given. */
  readonly openAnew: () => Promise<Connection>;
  /** Only looks. */
  readonly check: boolean;
  /** cozy's. */
  readonly version: string;
}

export type TellResult = (result: ItemResult) => void;

/** The steps that every host's set-up has, in their order. Each can be done again. */
export interface HostPreparation extends SetupHost {
  readonly results: readonly ItemResult[];
  look(signal: AbortSignal): Promise<void>;
  base(tell: TellResult, signal: AbortSignal): Promise<void>;
  /** Proves that a new connection gets through, and keeps what depends on that. */
  finish(tell: TellResult, signal: AbortSignal): Promise<void>;
}

/** Those of a host that serves: it has settings and services beside. */
export interface HostSetup extends HostPreparation {
  readonly request: SetupRequest;
  /** `readers` are the keys that other hosts fetch the certificate by. */
  rest(readers: readonly string[], tell: TellResult, signal: AbortSignal): Promise<void>;
  /** The key that it fetches the certificate by, where it is one that does. */
  reader(): string | undefined;
  /** The certificate that its site was served with when it was looked at last. */
  chain(): string | undefined;
  /** What was found at its end that set-up can't change. */
  warnings(): readonly string[];
  wantsCertificate(): boolean;
}

export function hostSetup(parts: HostSetupParts): HostSetup {
  const { request, check } = parts;
  const showFacts = factsText(request);
  const { results, noting, known, learn, look } = begun(parts);
  let ignored: readonly string[] = [];
  return {
    ...parts,
    results,
    async look(signal) {
      await look(signal);
      refuseTakenPorts(parts.name, known());
    },
    async base(tell, signal) {
      const options = { check, last: showFacts, onResult: noting(tell) };
      learn(parseFacts(await runItems(parts, planBase(request, known()), options, signal)));
    },
    async rest(readers, tell, signal) {
      await runItems(parts, planRest(request, known(), readers), { check, onResult: noting(tell) }, signal);
    },
    reader: () => known().reader,
    chain: () => known().chain,
    warnings: () => (ignored.length === 0 ? [] : [ignoredText(parts.name, sshdFile, ignored)]),
    wantsCertificate: () => wantsCertificate(request, known()),
    /** The firewall stays because of it, and what the host is set up for is noted. */
    async finish(tell, signal) {
      if (!check) await prove(parts, signal);
      const first = check ? undefined : "confirm_firewall";
      await runItems(
        parts,
        [recordItem(request, parts.version)],
        { check, first, onResult: noting(tell) },
        signal,
      );
      ignored = await ignoredBySshd(parts, signal);
    },
  };
}

/** Of the file that is there by now; where there is none yet, as at a first look, nothing is ignored. */
async function ignoredBySshd(
  { connection, as }: HostSetupParts,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const options = { as, timeoutMs: 30_000 };
  const file = await connection.run(["cat", sshdFile], options, signal);
  if (file.exitCode !== 0) return [];
  const { stdout } = await connection.run(["/usr/sbin/sshd", "-T"], options, signal);
  return ignoredSettings(file.stdout, stdout);
}

/** A server that builds and serves nothing of the environment: whatever else is on it stays as it is, its firewall included. */
export function builderSetup(parts: HostSetupParts): HostPreparation {
  const { request, check } = parts;
  const { results, noting, known, look } = begun(parts);
  return {
    ...parts,
    results,
    look,
    async base(tell, signal) {
      const items = planBuilder(request, known());
      await runItems(parts, items, { check, onResult: noting(tell) }, signal);
    },
    async finish(_tell, signal) {
      if (!check) await prove(parts, signal);
    },
  };
}

/** What is known of a host by now, and what was found and done there. */
interface Begun extends Pick<HostPreparation, "results" | "look"> {
  readonly noting: (tell: TellResult) => TellResult;
  readonly known: () => HostFacts;
  readonly learn: (facts: HostFacts) => void;
}

function begun(parts: HostSetupParts): Begun {
  const results: ItemResult[] = [];
  let facts = parseFacts("");
  const learn = (found: HostFacts) => {
    facts = found;
  };
  return {
    results,
    noting: (tell) => (result) => {
      results.push(result);
      tell(result);
    },
    known: () => facts,
    learn,
    look: async (signal) => learn(await lookedAt(parts, signal)),
  };
}

/** What a host says of itself; one that can't be set up is refused. */
async function lookedAt(parts: HostSetupParts, signal: AbortSignal): Promise<HostFacts> {
  const { name, request } = parts;
  await refuseWithoutRoot(parts, signal);
  const options = { check: true, last: factsText(request), onResult: () => undefined };
  const facts = parseFacts(await runItems(parts, [], options, signal));
  refuseHost(name, request.target.user, facts);
  return facts;
}

async function refuseWithoutRoot(
  { name, connection, as, request }: HostSetupParts,
  signal: AbortSignal,
): Promise<void> {
  const { exitCode, stdout } = await connection.run(["id", "-u"], { as, timeoutMs: 30_000 }, signal);
  if (exitCode === 0 && stdout.trim() === "0") return;
  const { setupUser } = request.target;
  throw new CozyError("setup-needs-root", {
    message: `${setupUser} can't do on ${name} what root can: sudo without a password is refused.`,
    state: `Nothing was changed on ${name}.`,
    next: `Let ${setupUser} do so (in /etc/sudoers.d: ${setupUser} ALL=(ALL) NOPASSWD: ALL), or write setupUser: "root" into servers(…).`,
  });
}

/** The firewall goes back by itself after 60 s; that is how long it is worth trying. */
const provesMs = 40_000;

async function prove(parts: HostSetupParts, signal: AbortSignal): Promise<void> {
  const until = performance.now() + provesMs;
  for (;;) {
    try {
      const connection = await parts.openAnew();
      await connection.run(["true"], { timeoutMs: 30_000 }, signal);
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof CozyError && error.code !== "host-unreachable") throw error;
      if (performance.now() > until) throw lockedOut(parts.name, error);
      await pause(1_000, signal);
    }
  }
}

function lockedOut(host: string, cause: unknown): CozyError {
  return new CozyError("setup-locked-out", {
    message: `${host} lets no new connection in since it was set up.`,
    state: `Its firewall goes back to what it was within a minute; everything else stays as it was set up.`,
    next: "Look whether its SSH port is the one that the project says, then run cozy setup again.",
    cause,
  });
}
