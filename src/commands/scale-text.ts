import type { HostState } from "../hosts/host.ts";
import type { Environment } from "../project/project.ts";
import { instanceTypes, type Scale, type TypedRelease } from "../release/instance-types.ts";
import { textTable } from "./text-table.ts";

/** One process type, as `cozy scale` shows it. */
export interface ScaleRow {
  readonly type: string;
  /** How many are to run. */
  readonly count: number;
  /** What the project file says now, where it knows the type. */
  readonly configured: number | undefined;
  readonly scaled: boolean;
  readonly singleton: boolean;
}

export function scaleRows(release: TypedRelease, scale: Scale, environment: Environment): ScaleRow[] {
  return Object.entries(instanceTypes(release, scale)).map(([type, { count, singleton }]) => ({
    type,
    count,
    configured: environment.processes[type]?.count,
    scaled: type in scale && !singleton,
    singleton,
  }));
}

export function scaleTable(rows: readonly ScaleRow[]): string {
  return textTable(rows.map((row) => [row.type, `×${row.count}`, remark(row)]));
}

function remark({ scaled, configured, count, singleton }: ScaleRow): string {
  if (singleton) return "singleton";
  if (scaled)
    return configured === count
      ? "scaled; the project file says the same"
      : `scaled; ${saysText(configured)}`;
  return configured === undefined || configured === count
    ? ""
    : `${saysText(configured)}, from the next deploy on`;
}

/** What differs from the project file because it was scaled, a line each. */
export function scaleLines(
  { scale }: Pick<HostState, "scale">,
  configured: Readonly<Record<string, { readonly count: number; readonly singleton?: boolean }>>,
): string[] {
  return Object.entries(scale)
    .filter(([type]) => type in configured && configured[type]?.singleton !== true)
    .filter(([type, count]) => configured[type]?.count !== count)
    .map(([type, count]) => `${type} ×${count}, scaled; ${saysText(configured[type]?.count)}`);
}

/** What a deploy or rollback says of counts that are not the project file's. */
export function scaleWarnings({ scale }: Pick<HostState, "scale">, environment: Environment): string[] {
  const { name, processes } = environment;
  return scaleLines({ scale }, processes).map((line) => {
    const [type] = line.split(" ");
    return `${line}. To go by the file: cozy scale ${name} ${type}=config`;
  });
}

function saysText(configured: number | undefined): string {
  return configured === undefined
    ? "the project file has no such type"
    : `the project file says ${configured}`;
}
