import { Hono } from "hono";
import type { Web, WebContext } from "../web/web.ts";
import { NotReady, required, useful, type Check } from "./checks.ts";

/** How long a check may take before it counts as failed. */
const CHECK_TIMEOUT_MS = 2_000;

/** `/healthz`: this process is alive. `/readyz`: it can serve people, with everything that it needs. */
export const healthRoutes = new Hono<Web>()
  .get("/healthz", (c) => {
    c.header("Cache-Control", "no-store");
    return c.json({ status: "ok", release: c.var.parts.settings.identity.release ?? null });
  })
  .get("/readyz", async (c) => {
    c.header("Cache-Control", "no-store");
    const all = Object.entries({ ...required, ...useful });
    const results = await Promise.all(all.map(([name, check]) => outcome(c, name, check)));
    const ready = results.every(([name, result]) => result.status === "ok" || !(name in required));
    const { release = null } = c.var.parts.settings.identity;
    return c.json(
      { status: ready ? "ok" : "fault", release, checks: Object.fromEntries(results) },
      ready ? 200 : 503,
    );
  });

type Outcome = { status: "ok" } | { status: "fault"; fault: string };

async function outcome(c: WebContext, name: string, check: Check): Promise<readonly [string, Outcome]> {
  try {
    await withDeadline(check(c.var.parts));
    return [name, { status: "ok" }];
  } catch (error) {
    c.var.log[name in required ? "error" : "warn"]({ event: "readiness.fault", check: name, error });
    return [name, { status: "fault", fault: error instanceof NotReady ? error.message : "not reachable" }];
  }
}

async function withDeadline(work: Promise<void>): Promise<void> {
  const deadline = Promise.withResolvers<never>();
  const timer = setTimeout(() => deadline.reject(new NotReady("no answer in time")), CHECK_TIMEOUT_MS);
  try {
    await Promise.race([work, deadline.promise]);
  } finally {
    clearTimeout(timer);
  }
}
