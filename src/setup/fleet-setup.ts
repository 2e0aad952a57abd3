import { inParallel } from "../artifacts/in-parallel.ts";
import { asCozyError } from "../errors/as-cozy-error.ts";
import { lostHostCodes } from "../hosts/agent/lost-host.ts";
import type { CozyError } from "../errors/cozy-error.ts";
import type { Emit, PhaseOutline } from "../events/event.ts";
import { spreadCertificate, type CertificatePair } from "../routing/nginx/spread-certificate.ts";
import { askAuthority, certificateHost } from "./certificates.ts";
import type { HostPreparation, HostSetup, TellResult } from "./host-setup.ts";
import { itemTitle } from "./item.ts";
import type { UnreachablePolicy } from "../project/servers.ts";
import { asksAuthority } from "./certificate-needs.ts";

export interface FleetSetup {
  readonly project: string;
  readonly environment: string;
  /** The first one answers the certificate authority. */
  readonly hosts: readonly HostSetup[];
  /** The server that builds, where it serves nothing of the environment. */
  readonly builder?: HostPreparation | undefined;
  readonly check: boolean;
  /** What becomes of hosts that can't be reached. */
  readonly unreachable: UnreachablePolicy;
  /** How many hosts at the same time. */
  readonly parallel: number;
  /** A certificate that was given, where the site is served with one. */
  readonly given: CertificatePair | undefined;
  readonly emit: Emit;
  readonly now: () => number;
}

interface Phase {
  readonly name: string;
  readonly title: string;
  readonly works: readonly Work[];
}

/** What a phase does on one host. */
interface Work {
  readonly host: HostPreparation;
  readonly work: (tell: TellResult, signal: AbortSignal) => Promise<void>;
}

/** A host at which a phase failed. */
export interface FailedHost {
  readonly host: string;
  readonly error: CozyError;
}

/**
 * Sets hosts up side by side, one phase after the other over all of them: after a phase in which one failed none goes on. All of it can
 * be done again. Gives the hosts that could not be reached at the first look and were left out, as the project file lets them be.
 */
export async function setUpFleet(setup: FleetSetup, signal: AbortSignal): Promise<readonly FailedHost[]> {
  const [look, ...others] = phasesOf(setup);
  setup.emit(started(setup, [look, ...others]));
  const away = await inAllHosts(setup, look, signal);
  const names = new Set(away.map(({ host }) => host));
  for (const phase of others) {
    const works = phase.works.filter(({ host }) => !names.has(host.name));
    await inAllHosts(setup, { ...phase, works }, signal);
  }
  return away;
}

/** Whether an environment is set up without those that failed at the look: as many as it may be, and never the first host. Pure. */
export function mayBeLeftOut(
  {
    hosts,
    unreachable,
  }: Pick<FleetSetup, "unreachable"> & { readonly hosts: readonly { readonly name: string }[] },
  failed: readonly { readonly host: string; readonly error: Pick<CozyError, "code"> }[],
): boolean {
  const others = new Set(hosts.slice(1).map(({ name }) => name));
  return (
    unreachable.kind === "go-on" &&
    failed.length <= unreachable.atMost &&
    // A look changes nothing, so it is no matter where a connection that was still open was lost in it.
    failed.every(({ host, error }) => lostHostCodes.has(error.code) && others.has(host))
  );
}

function phasesOf(setup: FleetSetup): readonly [Phase, ...Phase[]] {
  const { hosts, builder, check, given } = setup;
  const mayNeedOne = given !== undefined || hosts.some(({ request }) => asksAuthority(request));
  const all = builder === undefined ? hosts : [...hosts, builder];
  const onAll = (work: (host: HostPreparation) => Work["work"]): Work[] =>
    all.map((host) => ({ host, work: work(host) }));
  const onServing = (
    work: (setup: FleetSetup, host: HostSetup, tell: TellResult, signal: AbortSignal) => Promise<void>,
  ): Work[] => hosts.map((host) => ({ host, work: async (tell, signal) => work(setup, host, tell, signal) }));
  const certificate: Phase[] = [
    { name: "certificate", title: "Certificate", works: onServing(obtain) },
    { name: "spread", title: "Certificate on the other hosts", works: onServing(spread) },
  ];
  return [
    {
      name: lookPhase,
      title: "Look at the hosts",
      works: onAll((host) => async (_tell, signal) => host.look(signal)),
    },
    {
      name: "base",
      title: "Packages, users and folders",
      works: onAll((host) => async (tell, signal) => host.base(tell, signal)),
    },
    { name: "rest", title: "Settings and services", works: onServing(rest) },
    ...(mayNeedOne && !check ? certificate : []),
    {
      name: "finish",
      title: "Log in anew, and note it",
      works: onAll((host) => async (tell, signal) => host.finish(tell, signal)),
    },
  ];
}

const lookPhase = "look";

/** The first host has to know by which keys the others fetch the certificate. */
async function rest(
  { hosts }: Pick<FleetSetup, "hosts">,
  host: HostSetup,
  tell: TellResult,
  signal: AbortSignal,
): Promise<void> {
  const others = hosts.filter((one) => one !== host);
  await host.rest(
    others.flatMap((one) => one.reader() ?? []),
    tell,
    signal,
  );
}

/** The first host gets it, by the authority or from the deployer; then its site is served with it. */
async function obtain(
  { hosts, given }: FleetSetup,
  host: HostSetup,
  tell: TellResult,
  signal: AbortSignal,
): Promise<void> {
  const wants = given === undefined ? host.wantsCertificate() : host.chain()?.trim() !== given.chain.trim();
  if (host !== hosts[0] || !wants) return;
  if (given === undefined) await askAuthority(host, host.request, signal);
  else await certificateHost(host, host.request).install(given, signal);
  await host.look(signal);
  await rest({ hosts }, host, tell, signal);
}

async function spread(
  { hosts }: FleetSetup,
  host: HostSetup,
  tell: TellResult,
  signal: AbortSignal,
): Promise<void> {
  const [first] = hosts;
  if (first === undefined || host === first) return;
  const from = certificateHost(first, first.request);
  const { failed, installed } = await spreadCertificate(from, [certificateHost(host, host.request)], signal);
  const [failure] = failed;
  if (failure !== undefined) throw failure.error;
  if (installed.length === 0) return;
  await host.look(signal);
  await rest({ hosts }, host, tell, signal);
}

/** Gives the hosts that are left out from here on. */
async function inAllHosts(
  setup: FleetSetup,
  phase: Phase,
  signal: AbortSignal,
): Promise<readonly FailedHost[]> {
  const { parallel, emit, now } = setup;
  const startedAt = now();
  emit({ type: "phase-started", at: startedAt, phase: phase.name });
  const failures = await inParallel(phase.works, parallel, (work) => onHost(setup, phase, work, signal));
  signal.throwIfAborted();
  const failed = failures.filter((failure) => failure !== undefined);
  const [first] = failed;
  if (first !== undefined && !(phase.name === lookPhase && mayBeLeftOut(setup, failed))) {
    throw together(
      first.error,
      failed.map(({ error }) => error),
    );
  }
  emit({ type: "phase-done", at: now(), phase: phase.name, durationMs: now() - startedAt });
  return failed;
}

async function onHost(
  { check, emit, now }: FleetSetup,
  phase: Phase,
  { host, work }: Work,
  signal: AbortSignal,
): Promise<FailedHost | undefined> {
  const operation = `${phase.name}@${host.name}`;
  const startedAt = now();
  emit({ type: "operation-started", at: startedAt, operation, title: phase.title, phase: phase.name });
  const counts = { changed: 0, unchanged: 0 };
  try {
    await work(({ item, report }) => {
      const isChange = report.outcome !== "unchanged";
      counts[isChange ? "changed" : "unchanged"] += 1;
      // What would change is told at the end, with its differences.
      if (!isChange || check) return;
      const note = report.note === "" ? "" : `: ${report.note.split("\n")[0]}`;
      emit({
        type: "operation-output",
        at: now(),
        operation,
        stream: "stdout",
        line: `${itemTitle(item)}${note}`,
      });
    }, signal);
    const note = counts.changed + counts.unchanged === 0 ? {} : { note: countsText(counts) };
    emit({ type: "operation-done", at: now(), operation, durationMs: now() - startedAt, ...note });
    return undefined;
  } catch (thrown) {
    const { code, message } = asCozyError(thrown);
    emit({ type: "operation-failed", at: now(), operation, durationMs: now() - startedAt, code, message });
    return { host: host.name, error: asCozyError(thrown) };
  }
}

function countsText({
  changed,
  unchanged,
}: {
  readonly changed: number;
  readonly unchanged: number;
}): string {
  return changed === 0 ? "nothing to change" : `${changed} of ${changed + unchanged} differed`;
}

/** The first failure, with the others in its details. */
function together(first: CozyError, all: readonly CozyError[]): CozyError {
  const others = all.slice(1).map(({ code, message }) => `also ${code}: ${message}`);
  return first.with({ details: [...first.details, ...others] });
}

function started({ project, environment, check, now }: FleetSetup, phases: readonly Phase[]) {
  const outline = phases.map(({ name, title, works }): PhaseOutline => ({
    name,
    title,
    operations: works.map(({ host }) => ({ id: `${name}@${host.name}`, title, host: host.name })),
  }));
  const command = check ? "plan --setup" : "setup";
  return {
    type: "plan-started",
    at: now(),
    command,
    project,
    environment,
    release: "",
    phases: outline,
  } as const;
}
