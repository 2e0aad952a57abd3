import { expect, it } from "vitest";
import { mountsBelow } from "./take-down.ts";

it("mountsBelow finds mounts of this lab alone, those that stand on others first", () => {
  const mountinfo = `23 1 8:1 / / rw - ext4 /dev/vda rw
40 23 0:35 / /run/cozy/labs/lab/hosts/a/disk rw - tmpfs cozy-lab rw
41 23 0:36 / /run/cozy/labs/lab/hosts/a/root rw - overlay cozy-lab rw
42 41 0:37 / /run/cozy/labs/lab/hosts/a/root/mnt/with\\040space rw - tmpfs none rw
43 23 0:38 / /run/cozy/labs/lab2/hosts/a/disk rw - tmpfs cozy-lab rw
`;
  expect(mountsBelow(mountinfo, "/run/cozy/labs/lab")).toEqual([
    "/run/cozy/labs/lab/hosts/a/root/mnt/with space",
    "/run/cozy/labs/lab/hosts/a/root",
    "/run/cozy/labs/lab/hosts/a/disk",
  ]);
});
