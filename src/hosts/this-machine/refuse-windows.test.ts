import { describe, expect, it } from "vitest";
import { refuseWindows } from "./refuse-windows.ts";

describe("refuseWindows", () => {
  it("sends Windows to WSL, and leaves others alone", () => {
    expect(() => refuseWindows("win32")).toThrow("want Linux or macOS");
    for (const platform of ["linux", "darwin"] as const) expect(() => refuseWindows(platform)).not.toThrow();
  });
});
