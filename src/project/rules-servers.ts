import { longestServerId } from "../hosts/server-layout.ts";
import { staticOf, type Draft } from "./draft.ts";
import { onServers, type OnServers } from "./draft-servers.ts";
import { fault, type Fault } from "./faults.ts";
import { isEverybody } from "./network-names.ts";
import { durationMs } from "./units.ts";

/** Servers that can be told apart, users with names that a server takes, and a balancer that does not get in the way. */
export function serverFaults(draft: Draft): Fault[] {
  return onServers(draft).flatMap((one, i, all) => [
    ...thereIsAServer(one),
    ...serversAreDistinct(one),
    ...someAreLeft(one),
    ...idIsShort(one, draft),
    ...usersAreApart(one, draft),
    ...portsAreClosed(one),
    ...balancerFaults(one, draft),
    ...readyPathIsFree(one, all.slice(0, i)),
  ]);
}

function thereIsAServer({ at, target }: OnServers): Fault[] {
  if (target.hosts === undefined || target.hosts.length > 0) return [];
  return [
    fault([...at, "target", "hosts"], 'is empty: name at least one server, such as "web-1.example.org"'),
  ];
}

function serversAreDistinct({ at, target, hosts }: OnServers): Fault[] {
  return hosts.flatMap((host, i) => {
    const written = target.hosts?.[i];
    const path = [...at, "target", "hosts", i];
    const earlier = hosts.slice(0, i);
    const same = earlier.find(({ address, sshPort }) => address === host.address && sshPort === host.sshPort);
    if (same) return [fault(path, `is the server that \`${same.name}\` is already`)];
    if (!earlier.some(({ name }) => name === host.name)) {
      return host.name.includes(":")
        ? [fault(path, `has a name with colons; write \`{ address: "${host.address}", name: … }\``)]
        : [];
    }
    const named = typeof written === "object" && written.name !== undefined ? [...path, "name"] : path;
    return [
      fault(
        named,
        `is called \`${host.name}\`, as another server of the list is; give it a \`name\` of its own`,
      ),
    ];
  });
}

function someAreLeft({ at, target, hosts }: OnServers): Fault[] {
  const { unreachable } = target;
  if (typeof unreachable !== "object" || hosts.length === 0 || unreachable.goOnWithout === undefined)
    return [];
  if (unreachable.goOnWithout < hosts.length) return [];
  const message = `is ${unreachable.goOnWithout}, and there ${hosts.length === 1 ? "is 1 server" : `are ${hosts.length}`}: a release needs one at least`;
  return [fault([...at, "target", "unreachable", "goOnWithout"], message)];
}

/** It is the name of a user on each server, whose length has a limit. */
function idIsShort({ name, at }: OnServers, draft: Draft): Fault[] {
  const id = idOf(draft, name);
  if (id === undefined || id.length <= longestServerId) return [];
  const message = `runs on servers as the user \`${id}\`, of ${id.length} letters, and they take ${longestServerId}: shorten its name or the project's`;
  return [fault(at, message, "key")];
}

function usersAreApart({ name, at, target }: OnServers, draft: Draft): Fault[] {
  const { user = "cozy", setupUser = "root" } = target;
  const path = [...at, "target", "user"];
  if (user === "root")
    return [fault(path, "can't be `root`: a deploy needs few rights, and `cozy setup` gives its user those")];
  if (user === setupUser)
    return [
      fault(
        path,
        `is "${user}", as \`setupUser\` is, who may do everything: deploy as a user of its own, which \`cozy setup\` makes`,
      ),
    ];
  if (user === idOf(draft, name))
    return [fault(path, `is "${user}", which is the user that the application runs as; choose another`)];
  return [];
}

function idOf(draft: Draft, environment: string): string | undefined {
  return draft.name === undefined ? undefined : `${draft.name}-${environment}`;
}

function portsAreClosed({ at, target, hosts }: OnServers): Fault[] {
  const open = new Map<number, string>([
    [80, "HTTP"],
    [443, "HTTPS"],
    ...hosts.map(({ sshPort }) => [sshPort, "SSH"] as const),
  ]);
  const ports = target.openPorts ?? [];
  return ports.flatMap((port, i) => {
    const path = [...at, "target", "openPorts", i];
    const of = open.get(port);
    if (of !== undefined) return [fault(path, `is ${port}, which is open already, for ${of}; remove it`)];
    return ports.indexOf(port) < i ? [fault(path, `is ${port}, which is in the list already`)] : [];
  });
}

/** A balancer asks by a server's address, so all environments there share those paths. */
function readyPathIsFree({ at, target, hosts }: OnServers, earlier: readonly OnServers[]): Fault[] {
  const { balancer } = target;
  if (balancer === undefined) return [];
  const path = readyPathOf(balancer);
  const other = earlier.find(
    (one) =>
      one.target.balancer !== undefined &&
      readyPathOf(one.target.balancer) === path &&
      one.hosts.some((host) => hosts.some(({ address }) => address === host.address)),
  );
  if (other === undefined) return [];
  const why = `\`${other.name}\` is on the same server with that path, and a balancer asks by address`;
  const where = [...at, "target", "balancer"];
  return [
    balancer.readyPath === undefined
      ? fault(where, `needs a \`readyPath\` other than "${path}": ${why}`)
      : fault([...where, "readyPath"], `is "${path}", but ${why}`),
  ];
}

function readyPathOf({ readyPath = "/balancer" }: { readonly readyPath?: string | undefined }): string {
  return readyPath;
}

function balancerFaults({ at, target, environment }: OnServers, draft: Draft): Fault[] {
  const { balancer } = target;
  if (balancer === undefined) return [];
  const path = [...at, "target", "balancer"];
  const { from, leave } = balancer;
  const readyPath = readyPathOf(balancer);
  const folders = [
    staticOf(draft) && (staticOf(draft)?.url ?? "/static/"),
    environment.media && (environment.media.url ?? "/media/"),
  ];
  const inside = folders.find((folder) => folder !== undefined && `${readyPath}/`.startsWith(folder));
  return [
    ...(from?.length === 0
      ? [fault([...path, "from"], "is empty: name the addresses that the balancer's requests come from")]
      : []),
    ...(from ?? []).flatMap((network, i) =>
      isEverybody(network)
        ? [
            fault(
              [...path, "from", i],
              `is "${network}", which is everybody: anybody could pretend to come from elsewhere; name the balancer's own addresses`,
            ),
          ]
        : [],
    ),
    ...(inside === undefined
      ? []
      : [fault([...path, "readyPath"], `is "${readyPath}", which is among the files of "${inside}"`)]),
    ...(leave !== undefined && durationMs(leave) <= 0
      ? [fault([...path, "leave"], `is ${leave}; no balancer is that quick`)]
      : []),
    ...(environment.domains?.certificate?.kind !== undefined &&
    environment.domains.certificate.kind !== "no-certificate" &&
    balancer.endsTls === true
      ? [
          fault(
            [...at, "domains", "certificate"],
            "counts for nothing: `balancer.endsTls` says that servers are asked by plain HTTP; write `noCertificate()`",
          ),
        ]
      : []),
  ];
}
