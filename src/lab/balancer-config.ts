/** A balancer in front of a lab's hosts. */
export interface LabBalancer {
  /** Answered with 200 by a host that is to get traffic. */
  readonly readyPath: string;
  /** How often each host is asked. */
  readonly everyMs: number;
  /** Whether it ends TLS, with a certificate that it made itself; else it passes TLS through. */
  readonly endsTls?: boolean | undefined;
}

export interface BalancerTarget extends LabBalancer {
  readonly hosts: readonly { readonly name: string; readonly address: string }[];
}

/** Chain and key in one file, as HAProxy wants it; made at the balancer's first boot. */
export const balancerCertificate = "/etc/haproxy/lab.pem";

/** How many answers in a row decide that a host is in, or out. */
const answers = 2;

/**
 * A small balancer as a cloud's is: plain HTTP on 80 with the client's address in a header, TLS on 443 ended, or passed through unread. A
 * host is in after two answers of 200 to the readiness path in a row, out after two that are none, and back in by itself. A request that no
 * host could be connected for is tried on the next one; one that was sent is never sent again.
 */
export function balancerConfig({ hosts, readyPath, everyMs, endsTls = false }: BalancerTarget): string {
  const servers = hosts.map(({ name, address }) => ({ name, address }));
  return `global
    log /dev/log local0
    maxconn 4000

defaults
    log global
    timeout connect 2s
    timeout client 75s
    timeout server 75s
    timeout tunnel 1h
    timeout check 2s
    retries 2
    option redispatch 1
    default-server inter ${everyMs} fall ${answers} rise ${answers}

frontend plain
    mode http
    bind :80
    option forwardfor
    http-request set-header X-Forwarded-Proto http
    default_backend hosts

${endsTls ? ended : passedThrough}
backend hosts
    mode http
    balance roundrobin
    option httpchk
    http-check send meth GET uri ${readyPath} ver HTTP/1.1 hdr Host balancer
    http-check expect status 200
${servers.map(({ name, address }) => `    server ${name} ${address}:80 check\n`).join("")}
${endsTls ? "" : encryptedHosts(servers)}`;
}

const ended = `frontend encrypted
    mode http
    bind :443 ssl crt ${balancerCertificate} alpn h2,http/1.1
    option forwardfor
    http-request set-header X-Forwarded-Proto https
    default_backend hosts
`;

const passedThrough = `frontend encrypted
    mode tcp
    bind :443
    default_backend encrypted-hosts
`;

function encryptedHosts(servers: BalancerTarget["hosts"]): string {
  return `backend encrypted-hosts
    mode tcp
    balance roundrobin
${servers.map(({ name, address }) => `    server ${name} ${address}:443 track hosts/${name}\n`).join("")}`;
}
