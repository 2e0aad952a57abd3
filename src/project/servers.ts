import type { ValueSource } from "./project.ts";

/** Servers of one's own, reached over SSH. The first one keeps the lease and the journal, and runs what runs once over the whole environment. */
export interface ServersTarget {
  readonly kind: "servers";
  /** At least one. */
  readonly hosts: readonly ServerHost[];
  /** Who deploys: its sudo rights are the few commands that cozy needs. `cozy` unless told otherwise. */
  readonly user: string;
  /** Who `cozy setup` logs in as: root, or one with sudo rights. `root` unless told otherwise. */
  readonly setupUser: string;
  /** The file of the private key, absolute; the agent and the keys of the deployer's own SSH where absent. */
  readonly identity: string | undefined;
  /** How many hosts are worked on at the same time. */
  readonly parallel: number;
  readonly unreachable: UnreachablePolicy;
  readonly balancer: Balancer | undefined;
  /** Where releases are built; the deployer's own machine where absent. */
  readonly builder?: ServerHost | undefined;
  /** TCP ports that the firewall lets in beside SSH, HTTP and HTTPS. */
  readonly openPorts: readonly number[];
}

export interface ServerHost {
  /** Unique in the environment, for messages, plans and journals: `web-1`. */
  readonly name: string;
  /** A name or an IP address. */
  readonly address: string;
  readonly sshPort: number;
}

/** What a command does about a host that can't be reached before anything was changed. */
export type UnreachablePolicy =
  | { readonly kind: "abort" }
  /** Goes on without at most so many hosts, and marks them out of rotation. */
  | { readonly kind: "go-on"; readonly atMost: number };

/** A load balancer in front of the hosts. */
export interface Balancer {
  /** Addresses and networks whose forwarding headers are believed. */
  readonly from: readonly string[];
  /** What it asks each host for; answered by the proxy itself: 200 while the host takes traffic. */
  readonly readyPath: string;
  /** How long it takes until it sends a host that is not ready nothing more. */
  readonly leaveMs: number;
  /** Whether it ends TLS, so that hosts serve plain HTTP to it. */
  readonly endsTls: boolean;
}

export interface Domains {
  /** The one name that pages are served under. */
  readonly canonical: string;
  /** Names that redirect to it. */
  readonly redirects: readonly string[];
  readonly certificate: Certificate;
}

export type Certificate =
  /** By ACME: asked for and renewed by certbot. */
  | {
      readonly kind: "acme";
      readonly email: string;
      /** The ACME directory; Let's Encrypt's where absent. */
      readonly directory: string | undefined;
      /** The file of the root certificate of that directory's own TLS, absolute, for an authority of one's own. */
      readonly directoryRoot: string | undefined;
    }
  /** Files on the deployer's machine, absolute: a chain and its key. */
  | { readonly kind: "given"; readonly chain: string; readonly key: string }
  /** Plain HTTP: behind a balancer that ends TLS, or for a trial. */
  | { readonly kind: "none" };

/** Who gets to see an environment at all; probes are exempt. */
export interface Access {
  readonly password: { readonly user: string; readonly value: ValueSource } | undefined;
  /** Addresses and networks that get in; everyone where empty. */
  readonly addresses: readonly string[];
}

/** How long browsers come by HTTPS alone. */
export interface Hsts {
  readonly maxAgeMs: number;
  /** Whether that holds for every name below the site's. */
  readonly includeSubDomains: boolean;
}

/** What the proxy holds requests to. */
export interface HttpRules {
  readonly maxBodyBytes: number;
  /** How long an instance may take until the head of its answer. */
  readonly answerMs: number;
  /** Requests a second and client address, with the burst that is let through; none where absent. */
  readonly rate: { readonly perSecond: number; readonly burst: number } | undefined;
  /** `Content-Security-Policy`; absent where the application sends its own. */
  readonly contentSecurityPolicy: string | undefined;
  /** `Strict-Transport-Security` of a site with TLS; absent where none is sent. */
  readonly hsts: Hsts | undefined;
  /** Whether search engines are told to stay away: everywhere but in an environment named `production`, unless told otherwise. */
  readonly noindex: boolean;
}
