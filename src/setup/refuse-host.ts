import { CozyError } from "../errors/cozy-error.ts";
import { debianPlaces } from "../routing/nginx/site-facts.ts";
import type { HostFacts } from "./host-facts.ts";

/** The first Debian whose systemd and nginx do what releases need. */
const firstDebian = 12;

/** Refuses what set-up can't do its work on, before anything was changed. */
export function refuseHost(host: string, user: string, { os, homeOwner }: HostFacts): void {
  if (os.id !== "debian" || Number.parseInt(os.version, 10) < firstDebian) {
    throw new CozyError("setup-not-for-this-host", {
      message: `${host} runs ${os.id === "" ? "a system that does not tell its name" : `${os.id} ${os.version}`}; cozy sets up Debian ${firstDebian} and newer.`,
      state: `Nothing was changed on ${host}.`,
    });
  }
  if (homeOwner !== undefined && homeOwner !== user && homeOwner !== "root") {
    throw new CozyError("setup-not-for-this-host", {
      message: `${host} is deployed to by the user ${homeOwner}, and this environment says ${user}. All environments of a host share that user.`,
      state: `Nothing was changed on ${host}.`,
      next: `Write user: "${homeOwner}" into servers(…), or put the environment on a host of its own.`,
    });
  }
}

/** Refuses a host whose HTTP ports another program has: nginx would not start there, half-way through the set-up. */
export function refuseTakenPorts(host: string, { listeners }: HostFacts): void {
  const { http, https } = debianPlaces.ports;
  const other = listeners.find(
    ({ protocol, port, program }) =>
      protocol === "tcp" && (port === http || port === https) && program !== "nginx",
  );
  if (other === undefined) return;
  const program = other.program ?? "something";
  throw new CozyError("setup-not-for-this-host", {
    message: `${program} has port ${other.port} of ${host}, which nginx is to listen on.`,
    state: `Nothing was changed on ${host}.`,
    next: `Look what it is (on ${host}: ss -ltnp "sport = :${other.port}") and have it end for good, or put the environment on a host of its own.`,
  });
}
