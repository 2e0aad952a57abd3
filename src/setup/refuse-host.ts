import { CozyError } from "../errors/cozy-error.ts";
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
