import { expect, it } from "vitest";
import { leftBehindText } from "./left-behind.ts";

it("says which servers are in the list no more and never left, and both ways on", () => {
  expect(leftBehindText([], "production")).toEqual([]);
  expect(leftBehindText(["web-3"], "production")).toEqual([
    "web-3 is among the servers of production no more, and has never left: what runs there runs on. Put it back at the end of the servers, then: cozy leave production web-3. If it is gone for good, or in the list under a new name: cozy leave production web-3 --gone, which does nothing there",
  ]);
  expect(leftBehindText(["web-3", "web-4"], "production")[0]).toMatch(
    /^web-3 and web-4 are among .* have never left.* Put them back .*: cozy leave production web-3 web-4\. If they are gone/,
  );
});
