import { CozyError } from "../../errors/cozy-error.ts";

/** Releases need unix sockets, symlinks and process groups; the project file can be written and checked anywhere. */
export function refuseWindows(platform: NodeJS.Platform): void {
  if (platform !== "win32") return;
  throw new CozyError("platform-not-carried", {
    message: "Releases on this machine want Linux or macOS, and this is Windows.",
    state: "Nothing was changed.",
    next: "Run cozy in WSL, where it is Linux: wsl --install",
  });
}
