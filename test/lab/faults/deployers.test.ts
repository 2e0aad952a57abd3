import { describe } from "vitest";
import { clocks } from "./clocks.ts";
import { crowdedSshd } from "./crowded-sshd.ts";
import { killedDeployer } from "./killed-deployer.ts";
import { slowLinks } from "./slow-links.ts";
import { faultStage } from "./stage.ts";
import { twoDeployers } from "./two-deployers.ts";

describe("on two hosts", () => {
  const stage = faultStage(2);
  killedDeployer(stage);
  twoDeployers(stage);
  clocks(stage);
  crowdedSshd(stage);
  slowLinks(stage);
});
