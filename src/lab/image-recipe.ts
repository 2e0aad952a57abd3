import { createHash } from "node:crypto";
import type { PackageSource, PackageSources } from "./package-sources.ts";

/** All that decides what is in the image that hosts boot from; its hash is the image's name. */
export interface ImageRecipe {
  /** Grows when images are built in another way. */
  readonly format: 1;
  readonly release: string;
  readonly sources: readonly PackageSource[];
  readonly options: Readonly<Record<string, string>>;
  /** What a host has at its first boot: a bare server, as a provider hands it out. */
  readonly packages: readonly string[];
  /** What lies in apt's cache, not installed: hosts that install it need no network for it. */
  readonly kept: readonly string[];
}

const packages = words(`
  systemd systemd-sysv systemd-timesyncd dbus libpam-systemd openssh-server sudo
  iproute2 iputils-ping nftables netbase kmod procps acl cron logrotate
  ca-certificates gpgv apt-utils locales python3 rsync curl less haproxy`);

const kept = words(`
  nginx libnginx-mod-http-brotli-filter libnginx-mod-http-brotli-static apache2-utils
  certbot fail2ban unattended-upgrades chrony redis-server postgresql pgbackrest
  sqlite3 python3-venv brotli zstd`);

export function imageRecipe({ sources, options }: PackageSources): ImageRecipe {
  return { format: 1, release: "bookworm", sources, options, packages, kept };
}

export function imageHash(recipe: ImageRecipe): string {
  return createHash("sha256").update(JSON.stringify(recipe)).digest("hex").slice(0, 16);
}

/** debootstrap's own default where the machine has no source of its own. */
export function mirrorOf({ sources, release }: ImageRecipe): string | undefined {
  return sources.find(({ suite }) => suite === release)?.uri;
}

/** A file of apt's; empty where debootstrap's own has to do. */
export function sourcesList({ sources }: ImageRecipe): string {
  const keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";
  const lines = sources.map(
    ({ uri, suite, component }) => `deb [signed-by=${keyring}] ${uri} ${suite} ${component}\n`,
  );
  return lines.join("");
}

export function aptOptions(options: Readonly<Record<string, string>>): string {
  const lines = Object.entries(options).map(([name, value]) => `${name} "${value}";\n`);
  return lines.join("");
}

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}
