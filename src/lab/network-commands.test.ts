import { describe, expect, it } from "vitest";
import { connectHost, putWireIn, setNetem } from "./network-commands.ts";

describe("the commands of a lab's network", () => {
  it("put the host's port on the bridge and its address into its own namespace", () => {
    const commands = connectHost("lab", { name: "web1", address: "198.18.3.11" }, 3);
    expect(commands.map((words) => words.join(" "))).toEqual([
      "ip netns add cozy-lab-lab.host.web1",
      "ip -n cozy-lab-lab.switch link add web1 type veth peer name host0 netns cozy-lab-lab.host.web1",
      "ip -n cozy-lab-lab.switch link set web1 master bridge up",
      "ip -n cozy-lab-lab.host.web1 link set lo up",
      "ip -n cozy-lab-lab.host.web1 address add 198.18.3.11/24 dev host0",
      "ip -n cozy-lab-lab.host.web1 link set host0 up",
      "ip -n cozy-lab-lab.host.web1 route add default via 198.18.3.1",
    ]);
  });

  it("take a port off the bridge before the wire comes on: both at once would be a loop", () => {
    expect(putWireIn("lab", "web1").input).toBe("link set web1 nomaster\nlink set web1.b master bridge\n");
  });

  it("have netem add half of the delay to a round trip each way", () => {
    const commands = setNetem("lab", "web1", { delayMs: 50, lossPercent: 5 });
    expect(commands.map((words) => words.join(" "))).toEqual([
      "tc -n cozy-lab-lab.switch qdisc replace dev web1 root netem limit 20000 delay 25ms loss 5%",
      "tc -n cozy-lab-lab.host.web1 qdisc replace dev host0 root netem limit 20000 delay 25ms loss 5%",
    ]);
  });
});
