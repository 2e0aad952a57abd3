import { posix } from "node:path";
import { CozyError } from "../errors/cozy-error.ts";
import { isFields } from "./kept-file.ts";

/**
 * The packed packages (`file:vendor/x.tgz`) of a lock file, relative to the application. A dependency outside the application's
 * folder is refused, because a release holds that folder only; one that is a folder is refused as not carried out.
 */
export function localArchives(lock: Readonly<Record<string, unknown>>): string[] {
  const archives: string[] = [];
  for (const { name, resolved, link } of packagesOf(lock)) {
    const path = resolved?.startsWith("file:") === true ? resolved.slice("file:".length) : undefined;
    if (path === undefined && !link) continue;
    const place = posix.normalize(path ?? resolved ?? "");
    if (place.startsWith("../") || place === ".." || posix.isAbsolute(place)) throw outside(name, place);
    if (link || !/\.(tgz|tar\.gz|tar)$/.test(place)) throw folderDependency(name, place);
    archives.push(place);
  }
  return archives;
}

interface LockedPackage {
  readonly name: string;
  readonly resolved: string | undefined;
  readonly link: boolean;
}

function packagesOf(lock: Readonly<Record<string, unknown>>): LockedPackage[] {
  const packages = isFields(lock["packages"]) ? Object.entries(lock["packages"]) : [];
  // A folder that is linked stands in the lock file twice: as the link, and as the package that it leads to.
  return packages.flatMap(([place, entry]) => {
    if (!isFields(entry) || !place.includes("node_modules/")) return [];
    const resolved = typeof entry["resolved"] === "string" ? entry["resolved"] : undefined;
    const name = place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);
    return [{ name, resolved, link: entry["link"] === true }];
  });
}

function outside(name: string, place: string): CozyError {
  return new CozyError("dependency-outside", {
    message: `The dependency ${name} is at ${place}, outside the application's folder; a release holds that folder only.`,
    state: "Nothing was built.",
    next: `Publish ${name}, or pack it into the application: npm pack ${place} --pack-destination vendor`,
  });
}

function folderDependency(name: string, place: string): CozyError {
  return new CozyError("dependency-link-not-carried-out", {
    message: `The dependency ${name} is the folder ${place}; dependencies that are folders are not carried out yet.`,
    state: "Nothing was built.",
    next: `Pack it: npm pack ./${place} --pack-destination vendor, then depend on file:vendor/<the file>`,
  });
}
