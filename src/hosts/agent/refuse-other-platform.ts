import { platformName, type Platform } from "../../artifacts/platform.ts";
import { CozyError } from "../../errors/cozy-error.ts";

/** An artifact is refused before any of it is sent, where it was built for another platform than the host's. Pure. */
export function refuseOtherPlatform(built: Platform, host: Platform): void {
  if (platformName(built) === platformName(host)) return;
  throw new CozyError("platform-differs", {
    message: `The artifact was built for ${platformName(built)}, and this host is ${platformName(host)}: what is compiled in it does not run here.`,
    state: "Nothing of it was sent.",
    next: 'Have a server of that platform build: servers([…], { builder: host("its name") }); see docs/guide/building.md',
  });
}
