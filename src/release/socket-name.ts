import type { InstanceId } from "../instances/instance.ts";

/** The socket of a web instance, relative to the environment's run folder. */
export function socketName(id: InstanceId): string {
  return `${id.release}/${id.type}.${id.index}.sock`;
}

/** The instance that a socket belongs to, by the end of its path. */
export function instanceOfSocket(socket: string): InstanceId | undefined {
  const [, release = "", type = "", index = ""] = /([^/]+)\/([^/]+)\.(\d+)\.sock$/.exec(socket) ?? [];
  return release === "" ? undefined : { release, type, index: Number(index) };
}

/** The sockets of all web instances of a release. */
export function webSockets(release: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => socketName({ release, type: "web", index }));
}
