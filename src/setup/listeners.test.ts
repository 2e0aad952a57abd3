import { describe, expect, it } from "vitest";
import { CozyError } from "../errors/cozy-error.ts";
import { nominalFacts } from "./host-facts.ts";
import { closedText, parseListeners } from "./listeners.ts";
import { refuseTakenPorts } from "./refuse-host.ts";

// As a Debian 12 says it.
const said = `
udp   UNCONN 0      0                              0.0.0.0:51820      0.0.0.0:*
udp   UNCONN 0      0                        10.0.0.5%eth0:68         0.0.0.0:*    users:(("dhclient",pid=400,fd=7))
udp   UNCONN 0      0                              0.0.0.0:41234      0.0.0.0:*    users:(("resolver",pid=401,fd=7))
udp   UNCONN 0      0                                 [::]:53            [::]:*    users:(("named",pid=402,fd=7))
tcp   LISTEN 0      128                            0.0.0.0:22         0.0.0.0:*    users:(("sshd",pid=500,fd=3))
tcp   LISTEN 0      511                          127.0.0.1:6379       0.0.0.0:*    users:(("redis-server",pid=501,fd=6))
tcp   LISTEN 0      244                            0.0.0.0:5432       0.0.0.0:*    users:(("postgres",pid=502,fd=6))
tcp   LISTEN 0      244                               [::]:5432          [::]:*    users:(("postgres",pid=502,fd=7))
tcp   LISTEN 0      511                                  *:80               *:*    users:(("apache2",pid=503,fd=4),("apache2",pid=504,fd=4))
tcp   LISTEN 0      511                              [::1]:443           [::]:*    users:(("nginx",pid=505,fd=4))
`;

describe("who listens on a host", () => {
  it("is told with port and program", () => {
    const all = parseListeners(said);
    expect(all).toHaveLength(10);
    expect(all[0]).toEqual({ protocol: "udp", port: 51_820, isLocal: false, program: undefined });
    expect(all.filter(({ isLocal }) => isLocal).map(({ port }) => port)).toEqual([6379, 443]);
    expect(parseListeners("Netid State\n\nnonsense")).toEqual([]);
  });

  it("is named where the firewall is to keep others from it", () => {
    expect(closedText(parseListeners(said), [22, 80, 443])).toBe(
      "53/udp (named), 5432 (postgres) and 51820/udp",
    );
    expect(closedText(parseListeners(said), [22, 53, 80, 443, 5432, 51_820])).toBeUndefined();
  });

  it("refuses set-up where it is at one of nginx's ports, and nginx itself never does", () => {
    const listeners = parseListeners(said);
    const thrown = (of: typeof listeners) => {
      try {
        return refuseTakenPorts("web-1", { ...nominalFacts, listeners: of });
      } catch (error) {
        return error instanceof CozyError ? error : undefined;
      }
    };
    expect(thrown(listeners)).toMatchObject({
      code: "setup-not-for-this-host",
      message: expect.stringContaining("apache2 has port 80 of web-1"),
    });
    expect(thrown(listeners.filter(({ program }) => program !== "apache2"))).toBeUndefined();
    expect(thrown(listeners.map((one) => ({ ...one, protocol: "udp" as const })))).toBeUndefined();
  });
});
