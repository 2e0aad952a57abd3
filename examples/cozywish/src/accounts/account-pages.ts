import { html } from "hono/html";
import { csrfField } from "../web/csrf-field.ts";
import type { Html, Page } from "../web/render.ts";
import type { WebContext } from "../web/web.ts";
import { MINIMUM_PASSWORD_LENGTH, type FieldFaults } from "./account-forms.ts";

type SignUp = { next: string; name?: string; email?: string; faults?: FieldFaults };

export function signUpPage(c: WebContext, { next, name = "", email = "", faults = {} }: SignUp): Page {
  return {
    title: "Join",
    status: Object.keys(faults).length > 0 ? 422 : 200,
    body: html`<section class="narrow form-page">
      <h1>Join CozyWish</h1>
      <p class="quiet">
        One account for every place. Have one? <a href="/sign-in?next=${encodeURIComponent(next)}">Sign in</a>
      </p>
      <form class="stack" method="post" action="/sign-up" novalidate>
        ${csrfField(c)}<input type="hidden" name="next" value="${next}" />
        ${field({ label: "Your name", name: "name", value: name, complete: "name", fault: faults["name"] })}
        ${field({ label: "Email", name: "email", type: "email", value: email, complete: "email", fault: faults["email"] })}
        ${field({
          label: `Password, at least ${MINIMUM_PASSWORD_LENGTH} characters`,
          name: "password",
          type: "password",
          complete: "new-password",
          fault: faults["password"],
        })}
        <button class="button wide">Join</button>
      </form>
    </section>`,
  };
}

type SignIn = { next: string; email?: string; fault?: keyof typeof signInFaults };

const signInFaults = {
  wrong: { status: 401, text: "The email or the password is not right." },
  "too-many-attempts": { status: 429, text: "Too many attempts. Please wait a quarter of an hour." },
} as const;

export function signInPage(c: WebContext, { next, email = "", fault }: SignIn): Page {
  const failure = fault && signInFaults[fault];
  return {
    title: "Sign in",
    status: failure?.status ?? 200,
    body: html`<section class="narrow form-page">
      <h1>Welcome back</h1>
      <p class="quiet">New here? <a href="/sign-up?next=${encodeURIComponent(next)}">Join</a></p>
      ${failure && html`<p class="notice warn" role="alert">${failure.text}</p>`}
      <form class="stack" method="post" action="/sign-in">
        ${csrfField(c)}<input type="hidden" name="next" value="${next}" />
        ${field({ label: "Email", name: "email", type: "email", value: email, complete: "username" })}
        ${field({ label: "Password", name: "password", type: "password", complete: "current-password" })}
        <button class="button wide">Sign in</button>
      </form>
    </section>`,
  };
}

type Field = {
  label: string;
  name: string;
  complete: string;
  type?: string;
  value?: string;
  fault?: string | undefined;
};

function field({ label, name, complete, type = "text", value = "", fault }: Field): Html {
  return html`<label class="field"
    ><span>${label}</span>
    <input
      type="${type}"
      name="${name}"
      value="${value}"
      autocomplete="${complete}"
      required
      ${fault ? html`aria-invalid="true"` : ""}
    />
    ${fault && html`<span class="fault" role="alert">${fault}</span>`}
  </label>`;
}
