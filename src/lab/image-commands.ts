import { join } from "node:path";
import { mirrorOf, type ImageRecipe } from "./image-recipe.ts";
import type { Command } from "./network-commands.ts";

/** Every step mounts in a namespace of its own: whatever becomes of the build, nothing stays mounted. */
const apart: Command = ["unshare", "--mount", "--propagation", "private"];

export function bootstrap(recipe: ImageRecipe, folder: string): Command {
  const mirror = mirrorOf(recipe);
  return [
    ...apart,
    "debootstrap",
    "--variant=minbase",
    "--force-check-gpg",
    `--include=${recipe.packages.join(",")}`,
    recipe.release,
    folder,
    ...(mirror === undefined ? [] : [mirror]),
  ];
}

/** After `sources.list` is in place: the newest of everything, and the archives of what is kept. */
export function furnish(recipe: ImageRecipe, folder: string): readonly Command[] {
  return [
    inImage(folder, ["apt-get", "update"]),
    inImage(folder, ["apt-get", "--yes", "dist-upgrade"]),
    inImage(folder, ["apt-get", "clean"]),
    inImage(folder, ["apt-get", "--yes", "--download-only", "install", ...recipe.kept]),
    // The balancer's alone: it is switched on in that host.
    inImage(folder, ["systemctl", "disable", "haproxy.service"]),
    ["sync", "--file-system", folder],
  ];
}

/** Services of a system that does not run must not start while their packages are installed. */
export const noServices = { path: "usr/sbin/policy-rc.d", text: "#!/bin/sh\nexit 101\n" };

/** What every host has to have of its own. */
export function perHostFiles(folder: string): readonly string[] {
  const keys = ["ecdsa", "ed25519", "rsa"].flatMap((type) => [
    `etc/ssh/ssh_host_${type}_key`,
    `etc/ssh/ssh_host_${type}_key.pub`,
  ]);
  return [...keys, "etc/machine-id", "etc/hostname", "etc/resolv.conf"].map((file) => join(folder, file));
}

function inImage(folder: string, command: Command): Command {
  const script = 'mount -t proc proc "$0/proc" && exec chroot "$0" "$@"';
  return [...apart, "/bin/sh", "-c", script, folder, ...command];
}
