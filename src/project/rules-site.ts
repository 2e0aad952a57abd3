import type { Draft } from "./draft.ts";
import { onServers, type DraftEnvironment, type OnServers } from "./draft-servers.ts";
import { fault, pathText, type Fault, type Path } from "./faults.ts";
import { isEverybody } from "./network-names.ts";
import { durationMs, sizeBytes } from "./units.ts";

/** Names, access and rules of a site: only where nginx carries them out, each name once, and none that does nothing. */
export function siteFaults(draft: Draft): Fault[] {
  return [
    ...onlyOnServers(draft),
    ...domainsAreDistinct(draft),
    ...oneWithoutNames(draft),
    ...onServers(draft).flatMap(({ at, environment }) => [
      ...issuedFaults(environment, at),
      ...accessFaults(environment, at),
      ...httpFaults(environment, at),
    ]),
  ];
}

const ofServers = {
  domains: "it answers to every name, on a port of its own and without TLS",
  access: "it lets in whoever reaches its address",
  http: "it has no such rules",
} as const;

function onlyOnServers(draft: Draft): Fault[] {
  return Object.entries(draft.environments ?? {}).flatMap(([name, environment]) => {
    if (environment?.target?.kind !== "this-machine") return [];
    return (["domains", "access", "http"] as const)
      .filter((field) => environment[field] !== undefined)
      .map((field) =>
        fault(
          ["environments", name, field],
          `is carried out by nginx on \`servers([…])\`; the proxy of \`thisMachine()\` has no use for it: ${ofServers[field]}; remove it`,
          "key",
        ),
      );
  });
}

/** A name leads to one site: within an environment it is written once, and no two environments have it. */
function domainsAreDistinct(draft: Draft): Fault[] {
  const taken = new Map<string, Path>();
  const faults: Fault[] = [];
  for (const { at, environment } of onServers(draft)) {
    const { canonical, redirects } = environment.domains ?? {};
    const written: (readonly [Path, string | undefined])[] = [
      [[...at, "domains", "canonical"], canonical],
      ...(redirects ?? []).map((name, i) => [[...at, "domains", "redirects", i], name] as const),
    ];
    for (const [path, name] of written) {
      if (name === undefined) continue;
      const other = taken.get(name);
      if (other === undefined) taken.set(name, path);
      else faults.push(fault(path, `is "${name}", which ${pathText(other)} is already`));
    }
  }
  return faults;
}

/** A server can tell sites apart only by the names that they are asked for. */
function oneWithoutNames(draft: Draft): Fault[] {
  const taken = new Map<string, string>();
  return onServers(draft).flatMap(({ name, at, environment, hosts }: OnServers) => {
    if (environment.domains !== undefined) return [];
    const shared = hosts.find(({ address }) => taken.has(address));
    for (const { address } of hosts) if (!taken.has(address)) taken.set(address, name);
    if (shared === undefined) return [];
    const message = `is missing: \`${taken.get(shared.address) ?? ""}\` has none either and answers to every name on \`${shared.name}\`; give one of the two its \`domains\``;
    return [fault([...at, "domains"], message)];
  });
}

/** Names under which nobody but their own authority vouches for anything. */
const privateName = /\.(?:test|local|localhost|internal|invalid|example|lan|home\.arpa)$/;

function issuedFaults({ domains }: DraftEnvironment, at: Path): Fault[] {
  const { canonical, redirects, certificate } = domains ?? {};
  if (certificate?.kind !== "acme" || certificate.directory !== undefined) return [];
  const names = [canonical, ...(redirects ?? [])].filter(
    (name) => name !== undefined && privateName.test(name),
  );
  if (names.length === 0) return [];
  const message = `is \`acme({ … })\`, and Let's Encrypt gives none for ${names.map((name) => `"${name}"`).join(", ")}; use \`givenCertificate({ … })\`, or name your own authority's \`directory\``;
  return [fault([...at, "domains", "certificate"], message)];
}

function accessFaults({ access }: DraftEnvironment, at: Path): Fault[] {
  if (access === undefined) return [];
  const { password, addresses } = access;
  const path = [...at, "access"];
  const value: unknown = password?.value;
  return [
    ...(password === undefined && addresses === undefined
      ? [fault(path, "keeps nobody out: give it a `password` or `addresses`, or remove it", "key")]
      : []),
    ...(typeof value === "string"
      ? [
          fault(
            [...path, "password", "value"],
            "can't stand in this file; use `fromSecrets(…)`, `fromEnvironment(…)` or `dotenv(…)`",
          ),
        ]
      : []),
    ...(password?.value !== undefined && isGenerated(password.value)
      ? [fault([...path, "password", "value"], "can't be `generated()`: nobody would know it")]
      : []),
    ...(addresses?.length === 0
      ? [fault([...path, "addresses"], "is empty: leave it out where everybody may come in")]
      : []),
    ...(addresses ?? []).flatMap((network, i) =>
      isEverybody(network)
        ? [
            fault(
              [...path, "addresses", i],
              `is "${network}", which lets everybody in; leave \`addresses\` out`,
            ),
          ]
        : [],
    ),
  ];
}

function isGenerated(value: object | string): boolean {
  return typeof value === "object" && "from" in value && value.from === "generated";
}

function httpFaults({ http }: DraftEnvironment, at: Path): Fault[] {
  const { maxBody, answerWithin } = http ?? {};
  return [
    ...(maxBody !== undefined && sizeBytes(maxBody) < 1
      ? [fault([...at, "http", "maxBody"], `is ${maxBody}, by which no form could be sent`)]
      : []),
    ...(answerWithin !== undefined && durationMs(answerWithin) < 1_000
      ? [fault([...at, "http", "answerWithin"], `is ${answerWithin}; an instance is given 1s at least`)]
      : []),
  ];
}
