import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findDjangoPython, startCozywish, startCozywishDjango } from "./applications.ts";
import { devices, findChromium, launchChromium } from "./chromium.ts";
import type { Running } from "./program.ts";
import { visit } from "./visit.ts";

const chromium = findChromium();
const python = findDjangoPython();
// Where everything is meant to be checked, what is missing must not look like a passing test.
const mayBeLeftOut = !process.env["CI"];
const noBrowser = "there is no Chromium on the PATH";

const applications: {
  readonly name: string;
  readonly missing?: string;
  readonly start: () => Promise<Running>;
}[] = [
  { name: "CozyWish", start: startCozywish },
  {
    name: "CozyWish in Django",
    ...(python === undefined && {
      missing: "its virtual environment is not there: make test in its folder makes it",
    }),
    start: () => startCozywishDjango(python ?? ""),
  },
];

for (const { name, missing = chromium === undefined ? noBrowser : undefined, start } of applications) {
  const suite = missing !== undefined && mayBeLeftOut ? describe.skip : describe;
  suite(missing === undefined ? name : `${name} (${missing})`, () => {
    let application: Running | undefined;
    let browser: Browser | undefined;

    beforeAll(async () => {
      if (missing !== undefined || chromium === undefined) throw new Error(missing ?? noBrowser);
      [application, browser] = await Promise.all([start(), launchChromium(chromium)]);
    });
    afterAll(async () => {
      await Promise.all([browser?.close(), application?.stop()]);
    });

    for (const device of devices) {
      it(`takes a visitor on ${device.name} from signing up to a booking`, async () => {
        if (!browser || !application) throw new Error("nothing was started");
        const booked = await visit(browser, application.url, device);
        expect(booked.service).not.toBe("");
        expect(booked.time).toMatch(/^\d{1,2}:\d\d$/);
      });
    }
  });
}
