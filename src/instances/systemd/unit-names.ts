import { join } from "node:path";
import { instanceUnit, type ServerLayout } from "../../hosts/server-layout.ts";
import type { InstanceId } from "../instance.ts";

/** All of an environment's processes together, to be looked at and limited as one. */
export function environmentSlice(id: string): string {
  // A dash in a slice's name means that it is within another one.
  return `cozy-${id.replaceAll("-", String.raw`\x2d`)}.slice`;
}

/** Commands that run to their end: no process type has a dot in its name, so none can be called that. */
export function onceUnit(id: string, name: string): string {
  return `${id}.once@${name}.service`;
}

/** Where systemd reads what the units of one-offs have beside their command. */
export function onceDropIn(id: string): string {
  return `/etc/systemd/system/${onceUnit(id, "")}.d/cozy.conf`;
}

/** The same for what is kept from everything but a scratch environment: what is tried there, on restored data. */
export function sealedUnit(id: string, name: string): string {
  return `${id}.sealed@${name}.service`;
}

export function sealedDropIn(id: string): string {
  return `/etc/systemd/system/${sealedUnit(id, "")}.d/cozy.conf`;
}

/** The folder of an instance: what it is started with. */
export function instanceFolder(layout: ServerLayout, { release, type, index }: InstanceId): string {
  return join(layout.instances, `${type}@${release}.${index}`);
}

/** The same of a one-off. */
export function onceFolder(layout: ServerLayout, name: string): string {
  return join(layout.instances, `once@${name}`);
}

export function sealedFolder(layout: ServerLayout, name: string): string {
  return join(layout.instances, `sealed@${name}`);
}

/** Made by systemd for an instance while it is wanted: what its starts tell each other. */
export function runtimeFolder(layout: ServerLayout, id: InstanceId): string {
  const [template = "", instance = ""] = instanceUnit(layout.id, id)
    .replace(/\.service$/, "")
    .split("@");
  return join("/run/cozy", template, instance);
}

/** What names an instance in `unit`, the other way round; `undefined` where it is none of the environment's. */
export function instanceOfUnit(environment: string, unit: string): InstanceId | undefined {
  const found = unit.startsWith(`${environment}-`)
    ? /^([a-z][a-z0-9-]*)@([\w-]+)\.(\d+)\.service$/.exec(unit.slice(environment.length + 1))
    : null;
  const [, type, release, index] = found ?? [];
  return type === undefined || release === undefined ? undefined : { type, release, index: Number(index) };
}
