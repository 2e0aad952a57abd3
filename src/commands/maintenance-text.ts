import type { HostMaintenance } from "../hosts/maintenance.ts";
import { durationText, momentText } from "../shared/duration.ts";
import { textTable } from "./text-table.ts";

export interface MaintenanceReport {
  readonly environment: string;
  readonly hosts: readonly HostMaintenance[];
}

/** Pure. */
export function maintenanceText({ environment, hosts }: MaintenanceReport, now: number): string {
  const closed = hosts.filter(({ maintenance }) => maintenance !== null);
  const [first] = closed;
  if (first === undefined) return `${environment} is open to its visitors.`;
  if (closed.length < hosts.length) {
    return [
      `${environment} is closed on some of its hosts only:`,
      textTable(
        hosts.map(({ host, maintenance }) => [host, maintenance === null ? "open" : "closed"]),
        "  ",
      ),
      `Make it one: cozy maintenance ${environment} on, or off`,
    ].join("\n");
  }
  const { since, who, message } = first.maintenance ?? {};
  const about = [
    ...(since === undefined ? [] : [`since ${momentText(since)} (${durationText(now - since)})`]),
    ...(who === undefined ? [] : [`by ${who}`]),
  ];
  return [
    `${environment} is closed for maintenance${about.length === 0 ? "" : ` ${about.join(" ")}`}.`,
    ...(message === undefined ? [] : [`  ${message}`]),
    `Open it: cozy maintenance ${environment} off`,
  ].join("\n");
}
