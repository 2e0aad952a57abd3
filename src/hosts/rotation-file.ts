import { access, rm, writeFile } from "node:fs/promises";

/** Whether a balancer in front is to send a host traffic. */
export interface Rotation {
  isIn(): Promise<boolean>;
  set(inRotation: boolean): Promise<void>;
}

/** A file that is there while the host is in rotation: the proxy answers the balancer by it, so that a reboot changes nothing. */
export function rotationFile(path: string): Rotation {
  return {
    isIn: () =>
      access(path).then(
        () => true,
        () => false,
      ),
    set: (inRotation) => (inRotation ? writeFile(path, "", { mode: 0o644 }) : rm(path, { force: true })),
  };
}
