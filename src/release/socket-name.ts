import type { InstanceId } from "../instances/instance.ts";

/** The socket of a web instance, relative to the environment's run folder. */
export function socketName(id: InstanceId): string {
  return `${id.release}/${id.type}.${id.index}.sock`;
}

/** The sockets of all web instances of a release. */
export function webSockets(release: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => socketName({ release, type: "web", index }));
}
