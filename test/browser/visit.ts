import type { Browser, Page } from "playwright-core";
import { expect } from "vitest";
import type { Device } from "./chromium.ts";

const STEP_TIMEOUT_MS = 15_000;

/**
 * What most people come for, as they do it: sign up, search, book, see the booking. It finds everything by its role
 * and name, so it drives each application that uses the same words; and fails on any page that a browser complains
 * about, or that has to be scrolled sideways.
 * @returns what was booked and then seen, in the words of the pages
 */
export async function visit(browser: Browser, url: string, device: Device): Promise<Booked> {
  const context = await browser.newContext({
    baseURL: url,
    viewport: { width: device.width, height: device.height },
    hasTouch: device.touch,
    isMobile: device.touch,
  });
  try {
    const page = await context.newPage();
    page.setDefaultTimeout(STEP_TIMEOUT_MS);
    const complaints = complaintsOf(page);
    await signUp(page);
    await search(page);
    const booked = await book(page);
    await seeTheBooking(page, booked);
    await comeBackLater(page, booked);
    expect(complaints).toEqual([]);
    return booked;
  } finally {
    await context.close();
  }
}

const visitor = { name: "Ada Example", password: "slow-sunday-42-visitor" };

async function signUp(page: Page): Promise<void> {
  await page.goto("/");
  await fits(page);
  await page.getByRole("link", { name: "Join" }).first().click();
  await page.getByLabel("Your name").fill(visitor.name);
  await fits(page);
  // No two visits are by the same person, also at an application that has been visited before.
  await page.getByLabel("Email").fill(`ada-${Date.now()}-${Math.trunc(Math.random() * 1e6)}@example.com`);
  await page.getByLabel(/^Password/).fill(visitor.password);
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByRole("button", { name: "Sign out" }).waitFor();
}

async function search(page: Page): Promise<void> {
  await page.goto("/venues");
  await fits(page);
  await page.getByLabel("What").fill("massage");
  await page.getByRole("button", { name: "Search" }).click();
  await page.waitForURL(/[?&]q=massage/);
  const places = page.getByRole("main").locator('a[href^="/venues/"]');
  expect(await places.count()).toBeGreaterThan(0);
  expect(await page.getByLabel("What").inputValue()).toBe("massage");
  await fits(page);
  await places.first().click();
}

export type Booked = { readonly service: string; readonly day: string; readonly time: string };

async function book(page: Page): Promise<Booked> {
  const service = page.getByRole("link", { name: /^Choose a time for/ }).first();
  await service.waitFor();
  await fits(page);
  const name = (await service.getAttribute("aria-label"))?.replace("Choose a time for ", "") ?? "";
  await service.click();
  await page.getByRole("heading", { level: 1, name }).waitFor();

  const days = page.getByRole("navigation", { name: "Day" }).getByRole("link");
  await days.nth(3).click();
  await page.waitForURL(/[?&]day=/);
  await fits(page);
  const day = (await page.getByRole("heading", { level: 2 }).first().textContent())?.trim() ?? "";
  const slot = page.getByRole("link", { name: /^\d{1,2}:\d\d\s+€/ }).first();
  const time = /\d{1,2}:\d\d/.exec((await slot.textContent()) ?? "")?.[0] ?? "";
  await slot.click();

  await page.getByRole("heading", { name: "Shall we book it?" }).waitFor();
  await page.getByText(/We keep it for you for/).waitFor();
  await fits(page);
  await page.getByRole("button", { name: /^Book for €/ }).click();
  return { service: name, day, time };
}

async function seeTheBooking(page: Page, booked: Booked): Promise<void> {
  await page.getByRole("heading", { name: "My bookings" }).waitFor();
  await page.getByText("It's booked.").waitFor();
  await fits(page);
  await expectBooking(page, booked);
}

async function comeBackLater(page: Page, booked: Booked): Promise<void> {
  await page.goto("/");
  await page.getByRole("link", { name: "Bookings", exact: true }).click();
  await page.getByRole("heading", { name: "My bookings" }).waitFor();
  await expectBooking(page, booked);
}

async function expectBooking(page: Page, { service, day, time }: Booked): Promise<void> {
  const bookings = await page.getByRole("main").innerText();
  expect(bookings).toContain(service);
  expect(bookings).toContain(`${day}, ${time}`);
}

/** No page is wider than the screen. Asked of one that is there already, it waits for its styles. */
async function fits(page: Page): Promise<void> {
  await page.waitForLoadState("load");
  const [wide, screen] = await page.evaluate<[number, number]>(
    "[document.documentElement.scrollWidth, document.documentElement.clientWidth]",
  );
  expect(wide, `${page.url()} is wider than the screen`).toBeLessThanOrEqual(screen);
}

/** Files that are missing, and what the content security policy has refused. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`${page.url()}: ${error.message}`));
  page.on("response", (response) => {
    if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`);
  });
  return complaints;
}
