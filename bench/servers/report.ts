import type { Broken } from "./broken.ts";
import type { Measured } from "./measure.ts";
import { goalsOf } from "./goals.ts";

export function tableRows(all: readonly Measured[]): string[][] {
  const head = [
    "hosts",
    "added",
    "command",
    "by",
    "time",
    "against cozy",
    "computed",
    "requests lost",
    "longest request",
    "usual",
  ];
  return [
    head,
    ...all.map((one) => [
      String(one.hosts),
      `${one.delayMs} ms`,
      one.command,
      one.contestant,
      seconds(one.medianMs),
      ratio(one, all),
      seconds(one.busyMs),
      `${one.failed} of ${one.sent}`,
      milliseconds(one.longestMs),
      milliseconds(one.usualMs),
    ]),
  ];
}

export function brokenRows(all: readonly Broken[]): string[][] {
  return [
    ["by", "its command says", "hosts that serve after it", "requests lost"],
    ...all.map(({ contestant, isContent, serving, hosts, failed, sent }) => [
      contestant,
      isContent ? "success" : "failure",
      `${serving} of ${hosts}`,
      `${failed} of ${sent}`,
    ]),
  ];
}

/** The whole report. */
export function markdown(
  all: readonly Measured[],
  broken: readonly Broken[],
  rounds: number,
  command: string,
): string {
  return [
    "# Deploys and rollbacks on servers, beside other tools",
    "",
    `Made by \`${command}\`: ${rounds === 1 ? "one round" : `the median of ${rounds} rounds`}, all in one run on a machine with ${cores()}, which carries the deployers and every host.`,
    "The application is CozyWish in Django, with PostgreSQL and Redis on a host of their own. Each deploy brings a change of one line; all",
    "contestants do the same work (the code there, packages, migrations, static files, one gunicorn with three workers started anew), and all",
    "take hosts in parallel. cozy asks the new release besides whether it is ready, and proves on every host that it is what is served.",
    "Each host is asked for a page that costs little, over one keep-alive connection, all the while; nothing is asked for twice. What is",
    "added stands between the machine and all hosts, which are as near to each other and to their data as ever; the program that delays",
    'takes its share of the cores too. "Computed" is what all cores did meanwhile, in seconds of one: hosts, deployer and load.',
    "",
    "## Goals",
    "",
    ...goalsOf(all).map(({ met, text }) => `- ${met ? "met" : "**missed**"}: ${text}`),
    "",
    "## Figures",
    "",
    ...markdownTable(tableRows(all)),
    "",
    "## A release that can't start",
    "",
    "Its wsgi module imports a package that is not there, which only gunicorn meets: migrations and static files know nothing of it.",
    "",
    ...markdownTable(brokenRows(broken)),
    "",
    "## Where cozy's time goes",
    "",
    "Median by kind of operation, of the slowest host.",
    "",
    ...all.filter(({ contestant }) => contestant === "cozy").flatMap(profile),
  ].join("\n");
}

function profile({ hosts, delayMs, command, told, medianMs }: Measured): string[] {
  const kinds = Object.entries(told).toSorted(([, a], [, b]) => b - a);
  const rows = kinds.map(([kind, ms]) => [kind, milliseconds(ms)]);
  return [
    `${command}, ${hosts} ${hosts === 1 ? "host" : "hosts"}, ${delayMs} ms added: ${seconds(medianMs)}`,
    "",
    ...markdownTable([["operation", "time"], ...rows]),
    "",
  ];
}

function markdownTable([head = [], ...rows]: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)];
}

function ratio(one: Measured, all: readonly Measured[]): string {
  const cozy = all.find(
    ({ contestant, hosts, delayMs, command }) =>
      contestant === "cozy" && hosts === one.hosts && delayMs === one.delayMs && command === one.command,
  );
  return cozy === undefined || one === cozy ? "" : `${(one.medianMs / cozy.medianMs).toFixed(1)}x`;
}

function cores(): string {
  return `${navigator.hardwareConcurrency} cores`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}
