import { expect, it } from "vitest";
import { portMethods } from "../../hosts/agent/agent-ports.ts";
import { transferMs } from "../../hosts/agent/upload-artifact.ts";
import { sampleProject, sampleRelease } from "../testing.ts";
import { placeRelease } from "./place-release.ts";

it("leaves an upload over a slow line the time that its parts may take", () => {
  const input = { host: "web-1", artifactKey: "", release: sampleRelease(sampleProject(), "r1") };
  const { begin, finish } = portMethods.uploads;
  const upload = begin + 3 * transferMs + finish;
  expect(placeRelease.deadlineMs(input)).toBeGreaterThan(upload + portMethods.host.placeRelease);
});
