import { Hono } from "hono";
import { render } from "../web/render.ts";
import { forgetToken, renewToken } from "../web/visitor.ts";
import type { Web, WebContext } from "../web/web.ts";
import { checkCredentials, createAccount } from "./accounts.ts";
import { faultsByField, safeNext, signInForm, signUpForm } from "./account-forms.ts";
import { signInPage, signUpPage } from "./account-pages.ts";
import { admitSignIn, forgiveFailedSignIns } from "./sign-in-limit.ts";

export const accountRoutes = new Hono<Web>()
  .get("/sign-up", (c) => render(c, signUpPage(c, { next: safeNext(c.req.query("next")) })))
  .post("/sign-up", async (c) => {
    const body = await c.req.parseBody();
    const next = safeNext(body["next"]);
    const shown = { next, name: text(body["name"]), email: text(body["email"]) };
    const form = signUpForm.safeParse(body);
    if (!form.success) return render(c, signUpPage(c, { ...shown, faults: faultsByField(form.error) }));
    const { database, now } = c.var.parts;
    const account = await createAccount(database, { ...form.data, now: now() });
    if (!account) {
      const faults = { email: "There is an account with this address. Sign in instead?" };
      return render(c, signUpPage(c, { ...shown, faults }));
    }
    c.var.log.info({ event: "account.created", accountId: account.id });
    await signIn(c, account.id);
    return c.redirect(next, 303);
  })
  .get("/sign-in", (c) => render(c, signInPage(c, { next: safeNext(c.req.query("next")) })))
  .post("/sign-in", async (c) => {
    const body = await c.req.parseBody();
    const next = safeNext(body["next"]);
    const { cache, database } = c.var.parts;
    const credentials = signInForm.parse(body);
    const attempt = { email: credentials.email, address: c.var.client.address };
    if (!(await admitSignIn(cache, attempt))) {
      logFailure(c, { reason: "too-many-attempts" });
      c.header("Retry-After", "900");
      return render(c, signInPage(c, { next, email: attempt.email, fault: "too-many-attempts" }));
    }
    const checked = await checkCredentials(database, credentials);
    if (!checked.right) {
      logFailure(c, { reason: checked.reason, accountId: checked.accountId });
      return render(c, signInPage(c, { next, email: attempt.email, fault: "wrong" }));
    }
    await forgiveFailedSignIns(cache, attempt);
    await signIn(c, checked.account.id);
    return c.redirect(next, 303);
  })
  .post("/sign-out", async (c) => {
    const { token } = c.var.visitor;
    if (token !== undefined) await c.var.parts.sessions.close(token);
    forgetToken(c);
    return c.redirect("/", 303);
  });

async function signIn(c: WebContext, accountId: string): Promise<void> {
  const { sessions, now } = c.var.parts;
  await sessions.open({ token: renewToken(c), accountId, now: now() });
}

/** Neither the password nor the email as typed: people have been seen to type the one in place of the other. */
function logFailure(c: WebContext, failure: { reason: string; accountId?: string | undefined }): void {
  c.var.log.warn({ event: "security.sign-in-failed", address: c.var.client.address, ...failure });
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
