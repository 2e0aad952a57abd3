import { randomBytes } from "node:crypto";
import { labUp } from "../../src/lab/lab.ts";

/** Has the image built that the hosts of labs boot from: minutes, where it was never built, that need not be waited for. */
const lab = await labUp({
  name: `t${randomBytes(4).toString("hex")}`,
  hosts: 1,
  tell: (what) => console.log(what),
});
await lab.down();
