import { describe } from "vitest";
import { failingHost } from "./failing-host.ts";
import { fullDisk } from "./full-disk.ts";
import { links } from "./links.ts";
import { reboots } from "./reboots.ts";
import { faultStage } from "./stage.ts";

describe("on two hosts", () => {
  const stage = faultStage(2);
  failingHost(stage);
  fullDisk(stage);
  links(stage);
  reboots(stage);
});
