import * as z from "zod/mini";
import { domainFault, hostAddressFault, networkFault } from "../network-names.ts";
import { documented, object, optional, required } from "./doc.ts";
import { duration, flag, port, positive, size, text, value } from "./values.ts";

/** A string that a function finds no fault with. */
function checked(faultOf: (text: string) => string | undefined, expects: string): z.ZodMiniString {
  const schema = z.string().check((context) => {
    const reason = faultOf(context.value);
    if (reason === undefined) return;
    const message = `is "${context.value}", ${reason}`;
    context.issues.push({ code: "custom", input: context.value, message });
  });
  return documented(schema, { expects });
}

const hostAddress = checked(hostAddressFault, "the name or the IP address of a server");
const network = checked(networkFault, 'an IP address or a network, such as "10.0.0.0/24"');
const domain = checked(domainFault, 'a domain name, such as "shop.example.org"');

const networks = documented(z.array(network), { expects: "a list of addresses and networks" });

const user = documented(z.string().check(z.regex(/^[a-z_][a-z0-9_-]{0,31}$/)), {
  expects: "the name of a user: at most 32 lowercase letters, digits, dashes and underscores",
});

const hostName = documented(z.string().check(z.regex(/^[A-Za-z\d](?:[\w.-]{0,61}[A-Za-z\d])?$/)), {
  expects: "at most 63 letters, digits, dots, dashes and underscores",
});

const server = object("ServerOptions", "A server.", {
  address: required(hostAddress, "Its name or its IP address, as SSH reaches it."),
  name: optional(hostName, "What it is called in plans, messages and journals.", "its address"),
  port: optional(port, "The port of its sshd.", "`22`"),
});

const hosts = documented(
  z.array(
    documented(z.union([hostAddress, server]), {
      name: "Server",
      about: "A server: its address alone, or `{ address: … }`.",
      expects: "an address or `{ address: … }`",
    }),
  ),
  { expects: "a list of servers" },
);

const buildHost = object(
  "BuildHost",
  "A server that builds.",
  {
    kind: z.literal("host"),
    address: required(hostAddress, "Its name or its IP address, or the name that a server of the list has."),
    name: optional(hostName, "What it is called in messages.", "its address"),
    port: optional(port, "The port of its sshd.", "`22`"),
  },
  "`host(…)`",
);

const goOn = object("GoOnWithout", "Goes on where some can't be reached.", {
  goOnWithout: required(
    positive,
    "Without at most so many; they take no traffic until `cozy join` or the next deploy brings them along.",
  ),
});

const unreachable = documented(z.union([documented(z.literal("abort"), { expects: '`"abort"`' }), goOn]), {
  expects: '`"abort"` or `{ goOnWithout: … }`',
});

const balancer = object("Balancer", "A load balancer in front of the servers.", {
  from: required(
    networks,
    "Its addresses and networks. Nobody else's word on who a visitor is and how he came is believed.",
  ),
  readyPath: optional(
    documented(z.string().check(z.regex(/^\/[\w.~/-]+$/)), {
      expects: 'a path of plain letters, such as "/balancer"',
    }),
    "What it asks each server for: 200 while the server takes traffic, else 503. Answered by nginx itself.",
    "`/balancer`",
  ),
  leave: optional(
    duration,
    "How long it takes, by its own settings, until a server that answers 503 gets nothing more.",
    "`10s`",
  ),
  endsTls: optional(flag, "Whether it ends TLS, so that servers serve plain HTTP to it.", "`false`"),
});

export const servers = object(
  "Servers",
  "Servers of your own with Debian 12, reached over SSH and prepared by `cozy setup`.",
  {
    kind: z.literal("servers"),
    hosts: required(
      hosts,
      "The servers. The first one keeps the lease and the journal, and runs what runs once over the whole environment.",
    ),
    user: optional(
      user,
      "Who deploys. `cozy setup` makes it, with rights to the few commands that a deploy needs.",
      "`cozy`",
    ),
    setupUser: optional(user, "Who `cozy setup` logs in as: root, or one with `sudo` rights.", "`root`"),
    identity: optional(
      text,
      "The file of the private key: absolute, from the home folder (`~/…`), or relative to `cozy.config.ts`.",
      "what SSH itself would take",
    ),
    parallel: optional(
      documented(z.int().check(z.gte(1), z.lte(100)), { expects: "a whole number from 1 to 100" }),
      "How many servers are worked on at the same time.",
      "`10`",
    ),
    unreachable: optional(
      unreachable,
      "What a command does about a server that can't be reached before anything was changed: end, or go on without it.",
      '`"abort"`',
    ),
    balancer: optional(balancer, "A load balancer in front of them.", "none"),
    builder: optional(
      buildHost,
      'Where releases are built, such as `host("build.example.org")`: a server that `cozy setup` has prepared, one of these or another.',
      "the machine that deploys",
    ),
    openPorts: optional(
      documented(z.array(port), { expects: "a list of ports" }),
      "TCP ports that the firewall lets in beside those of SSH, HTTP and HTTPS.",
      "none",
    ),
  },
  "`servers([…])`",
);

const acme = object(
  "Acme",
  "A certificate that an authority gives away, renewed by itself.",
  {
    kind: z.literal("acme"),
    email: required(
      documented(z.string().check(z.regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/)), { expects: "an e-mail address" }),
      "Whom the authority writes to.",
    ),
    directory: optional(
      documented(z.string().check(z.regex(/^https:\/\/[^\s"'$;\\]+$/)), {
        expects: "an address that begins with `https://`",
      }),
      "The directory of another authority.",
      "Let's Encrypt's",
    ),
    directoryRoot: optional(
      text,
      "The file of the root certificate that the directory's own TLS is checked by, for an authority of your own.",
      "what the server trusts",
    ),
  },
  "`acme({ … })`",
);

const given = object(
  "GivenCertificate",
  "A certificate that you bring.",
  {
    kind: z.literal("given-certificate"),
    chain: required(
      text,
      "The file of the certificate and what it was signed by, on the deployer's machine.",
    ),
    key: required(text, "The file of its private key. Keep it out of git."),
  },
  "`givenCertificate({ … })`",
);

const none = object(
  "NoCertificate",
  "Plain HTTP.",
  { kind: z.literal("no-certificate") },
  "`noCertificate()`",
);

const certificates = "`acme({ … })`, `givenCertificate({ … })` or `noCertificate()`";

export const domains = object("Domains", "The names that the site answers to, with their certificate.", {
  canonical: required(domain, "The one name that pages are served under."),
  redirects: optional(
    documented(z.array(domain), { expects: "a list of domain names" }),
    "Names that lead to it by a redirect.",
    "none",
  ),
  certificate: required(
    documented(z.union([acme, given, none]), {
      name: "Certificate",
      about: `Where the certificate comes from: ${certificates}.`,
      expects: certificates,
    }),
    `Where the certificate comes from: ${certificates}, which is for a balancer that ends TLS, or for a trial.`,
  ),
});

const password = object("AccessPassword", "A name and a password that every visitor is asked for.", {
  user: required(
    documented(z.string().check(z.regex(/^[!-9;-~]{1,64}$/)), {
      expects: "at most 64 plain letters, digits and signs without a colon",
    }),
    "The name.",
  ),
  value: required(value, "The password: `fromSecrets(…)`, `fromEnvironment(…)` or `dotenv(…)`."),
});

export const access = object(
  "Access",
  "Who gets to see the site at all. The balancer's readiness path and cozy's own checks are exempt.",
  {
    password: optional(password, "A name and a password that every visitor is asked for.", "none"),
    addresses: optional(networks, "Addresses and networks that get in; nobody else does.", "all"),
  },
);

const rate = object("Rate", "How many requests one client address may make.", {
  perSecond: required(positive, "Requests a second; more are answered with 429."),
  burst: optional(positive, "How many more are let through at once.", "twice `perSecond`"),
});

const hsts = object("Hsts", "The header `Strict-Transport-Security`.", {
  maxAge: optional(duration, "How long browsers remember it.", "`730d`"),
  includeSubDomains: optional(
    flag,
    "Whether it holds for every name below the one that is asked, of whatever server: browsers then reach none of them by plain HTTP.",
    "`true`",
  ),
});

export const http = object("HttpRules", "What nginx holds requests and answers to.", {
  maxBody: optional(size, "The largest body of a request; more is answered with 413.", "`10MB`"),
  answerWithin: optional(
    duration,
    "How long an instance may take until its answer begins; then it is 504.",
    "`60s`",
  ),
  rate: optional(rate, "How many requests one client address may make.", "no limit"),
  contentSecurityPolicy: optional(
    documented(z.string().check(z.regex(/^[ !#%-[\]-~]+$/)), {
      expects: 'one line of plain signs, without `"`, `$` and `\\`',
    }),
    "The header `Content-Security-Policy` of every answer.",
    "what the application sends itself",
  ),
  hsts: optional(
    documented(z.union([z.literal(false), hsts]), { expects: "`{ … }` or `false`" }),
    "How long browsers are told to come by HTTPS alone, where the site has TLS; `false` sends nothing of it.",
    "730 days, with all names below",
  ),
  noindex: optional(
    flag,
    "Whether search engines are told to stay away.",
    "`true`, but `false` in an environment named `production`",
  ),
});
