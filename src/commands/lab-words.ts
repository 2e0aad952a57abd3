import { CozyError } from "../errors/cozy-error.ts";
import type { LabBalancer } from "../lab/balancer-config.ts";
import { hostNames } from "../lab/host-names.ts";
import { isHostName, isLabName, mostHosts } from "../lab/lab-layout.ts";
import { balancerName } from "../lab/lab-state.ts";
import { durationMs, durationPattern, sizeBytes, sizePattern } from "../project/units.ts";

export type LabAction = "up" | "status" | "exec" | "cut" | "slow" | "heal" | "kill" | "reboot" | "down";

/** What was asked of `cozy lab`, checked as far as it can be without looking at a lab. */
export interface LabWords {
  /** `undefined` where no name was given. */
  readonly name: string | undefined;
  /** Empty where the action is about none. */
  readonly host: string;
  readonly hosts: readonly string[];
  readonly balancer: LabBalancer | undefined;
  readonly diskBytes: number;
  readonly slowness: { readonly delayMs: number; readonly lossPercent: number };
  readonly command: readonly string[];
}

export interface WrittenWords {
  readonly action: LabAction;
  readonly host: string | undefined;
  readonly options: {
    readonly name: string | undefined;
    readonly hosts: string | undefined;
    readonly balancer: boolean;
    readonly readyPath: string | undefined;
    readonly endsTls: boolean;
    readonly disk: string | undefined;
    readonly delay: string | undefined;
    readonly loss: string | undefined;
  };
  readonly rest: readonly string[];
}

/** Actions that are about a lab and not about a host of it. */
export const aboutNoHost: ReadonlySet<string> = new Set<LabAction>(["up", "status", "down"]);
/** The options that count with one action only. */
const onlyWith = [
  { option: "hosts", flag: "--hosts", only: "up" },
  { option: "balancer", flag: "--balancer", only: "up" },
  { option: "readyPath", flag: "--ready-path", only: "up" },
  { option: "endsTls", flag: "--ends-tls", only: "up" },
  { option: "disk", flag: "--disk", only: "up" },
  { option: "delay", flag: "--delay", only: "slow" },
  { option: "loss", flag: "--loss", only: "slow" },
] as const;

const usual = { hosts: "2", disk: "4GB", delayMs: 50, readyPath: "/" };
/** Often enough that a host that stops answering is out after a second. */
const readyEveryMs = 500;
const leastDiskBytes = 64 * 1024 ** 2;

export function parseLabWords({ action, host, options, rest }: WrittenWords): LabWords {
  checkFit(action, host, options, rest);
  if (options.name !== undefined && !isLabName(options.name)) {
    throw wrong(`"${options.name}" can't be a lab's name: up to 10 letters and digits, a letter first.`);
  }
  return {
    name: options.name,
    host: host ?? "",
    hosts: parseHosts(options.hosts ?? usual.hosts),
    balancer: options.balancer
      ? { readyPath: parsePath(options.readyPath), everyMs: readyEveryMs, endsTls: options.endsTls }
      : undefined,
    diskBytes: parseDisk(options.disk ?? usual.disk),
    slowness: parseSlowness(options.delay, options.loss),
    command: rest,
  };
}

function checkFit(
  action: LabAction,
  host: string | undefined,
  options: WrittenWords["options"],
  rest: readonly string[],
): void {
  const needsHost = !aboutNoHost.has(action);
  if (needsHost && host === undefined) throw wrong(`cozy lab ${action} needs the name of a host.`);
  if (!needsHost && host !== undefined)
    throw wrong(`cozy lab ${action} is not about one host, such as ${host}.`);
  if (rest.length > 0 && action !== "exec")
    throw wrong("A command behind -- counts only with cozy lab exec.");
  for (const { option, flag, only } of onlyWith) {
    const given = options[option];
    if (given === undefined || given === false || only === action) continue;
    throw wrong(`${flag} counts only with cozy lab ${only}.`);
  }
  if (options.readyPath !== undefined && !options.balancer)
    throw wrong("--ready-path counts only with --balancer.");
  if (options.endsTls && !options.balancer) throw wrong("--ends-tls counts only with --balancer.");
}

/** `4`, or names with commas between them. */
function parseHosts(text: string): readonly string[] {
  if (/^\d+$/.test(text)) {
    const count = Number(text);
    if (count < 1 || count > mostHosts) throw wrong(`--hosts takes 1 to ${mostHosts} hosts, not ${text}.`);
    return hostNames(count);
  }
  const names = text.split(",");
  for (const [index, name] of names.entries()) {
    if (!isHostName(name) || name === balancerName) {
      throw wrong(
        `"${name}" can't be a host's name: up to 12 small letters, digits and hyphens, a letter first; not ${balancerName}.`,
      );
    }
    if (names.indexOf(name) !== index) throw wrong(`--hosts names ${name} twice.`);
  }
  return names;
}

function parsePath(text: string = usual.readyPath): string {
  if (/^\/[\w./~%-]*$/.test(text)) return text;
  throw wrong(`--ready-path takes a path such as /ready, not "${text}".`);
}

function parseDisk(text: string): number {
  if (!sizePattern.test(text)) throw wrong(`--disk takes a size such as 2GB or 512MB, not "${text}".`);
  const bytes = sizeBytes(text);
  if (bytes < leastDiskBytes) throw wrong("A host does not boot with less than 64MB of disk.");
  return bytes;
}

function parseSlowness(delay: string | undefined, loss: string | undefined): LabWords["slowness"] {
  if (delay !== undefined && !durationPattern.test(delay)) {
    throw wrong(`--delay takes a duration such as 50ms, not "${delay}".`);
  }
  const [, share] = /^(\d+(?:\.\d+)?)%?$/.exec(loss ?? "0") ?? [];
  const lossPercent = Number(share);
  if (share === undefined || lossPercent > 100)
    throw wrong(`--loss takes a share such as 5%, not "${loss}".`);
  const whereNothingSaid = loss === undefined ? usual.delayMs : 0;
  return { delayMs: delay === undefined ? whereNothingSaid : durationMs(delay), lossPercent };
}

function wrong(message: string): CozyError {
  return new CozyError("wrong-usage", { message, next: "cozy lab --help" });
}
