import { usualHeaders } from "../../routing/check-headers.ts";
import type { SmokeCheck, SmokeForm } from "../../project/project.ts";
import { askInstance, type Answer, type Question } from "./ask-instance.ts";
import { judge, noAnswer, type CheckFault } from "./check-instance.ts";
import type { CookieJar } from "./cookie-jar.ts";
import type { PageForm } from "./page-form.ts";

export type SmokeRequest = SmokeCheck & { readonly kind: "request" };

export interface SmokeInstance {
  readonly socket: string;
  /** What the instance has set so far, in this check and the earlier ones. */
  readonly jar: CookieJar;
  /** The environment of the release, for the fields whose values are not in the project file. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Where the project file has the headers of such a check. */
const headersName = "headers";

/** Asks one instance what the check says, the page of a form first. Nothing is tried twice. */
export async function smokeRequest(
  instance: SmokeInstance,
  check: SmokeRequest,
  signal: AbortSignal,
): Promise<CheckFault | undefined> {
  const deadline = AbortSignal.timeout(check.withinMs);
  const within = AbortSignal.any([signal, deadline]);
  try {
    const question = check.form ? await formQuestion(instance, check, check.form, within) : plain(check);
    if ("text" in question) return question;
    const answer = await ask(instance, question, within);
    return judge({ ...question, status: check.status, text: check.text, headersName }, answer);
  } catch (error) {
    signal.throwIfAborted();
    return deadline.aborted ? { text: `no answer within ${check.withinMs / 1000} s` } : noAnswer(error);
  }
}

function plain({ path, method, headers, json }: SmokeRequest): Question {
  if (json === undefined) return { path, method, headers };
  const body = Buffer.from(JSON.stringify(json));
  return { path, method, headers: { "content-type": "application/json", ...headers }, body };
}

/** The fields with what the form's own page adds to them: a fault where that page is not as it should be. */
async function formQuestion(
  instance: SmokeInstance,
  { path, method, headers }: SmokeRequest,
  { page, fields }: SmokeForm,
  signal: AbortSignal,
): Promise<Question | CheckFault> {
  const missing = Object.values(fields).flatMap((value) =>
    typeof value === "string" || value.variable in instance.variables ? [] : [value.variable],
  );
  if (missing.length > 0) return { text: `the release has no variable ${missing.join(", ")}` };
  const asked = { path: page, headers };
  const answer = await ask(instance, asked, signal);
  const fault = judge({ ...asked, status: 200, text: undefined, headersName }, answer);
  if (fault) return { ...fault, text: `its page ${page}: ${fault.text}` };
  // Taken when it is needed: `cozy status` opens a host too, and reads no page.
  const { findForm } = await import("./page-form.ts");
  const form = findForm(answer.body, { page, path, fields: Object.keys(fields) });
  if (form === undefined) {
    return {
      text: `its page ${page} has no form that goes to ${path} or has ${listed(Object.keys(fields))}`,
    };
  }
  const given = Object.entries(fields).map(([name, value]): [string, string] => [
    name,
    typeof value === "string" ? value : (instance.variables[value.variable] ?? ""),
  ]);
  const all = [...form.hidden.filter(([name]) => !(name in fields)), ...given];
  if (method === "GET") return { path: withQuery(path, all), method, headers };
  const { body, contentType } = await encoded(form, all);
  return {
    path,
    method,
    headers: { ...asFromPage(page, headers), "content-type": contentType, ...headers },
    body,
  };
}

/** As a browser sends them; no `origin`, which has to be the site's true one where it is looked at. */
function asFromPage(page: string, headers: SmokeRequest["headers"]): Record<string, string> {
  const { host, "x-forwarded-proto": proto } = { ...usualHeaders, ...headers };
  return { referer: `${proto}://${host}${page}`, "sec-fetch-site": "same-origin" };
}

async function encoded(
  { multipart }: PageForm,
  fields: readonly (readonly [string, string])[],
): Promise<{ readonly body: Buffer; readonly contentType: string }> {
  const form = multipart ? new FormData() : new URLSearchParams();
  for (const [name, value] of fields) form.append(name, value);
  const response = new Response(form);
  const contentType = response.headers.get("content-type") ?? "application/x-www-form-urlencoded";
  return { body: Buffer.from(await response.arrayBuffer()), contentType };
}

async function ask({ socket, jar }: SmokeInstance, question: Question, signal: AbortSignal): Promise<Answer> {
  const cookie = jar.line();
  const headers = { ...(cookie === undefined ? {} : { cookie }), ...question.headers };
  const answer = await askInstance(socket, { ...question, headers }, signal);
  jar.take(answer.headers["set-cookie"]);
  return answer;
}

function withQuery(path: string, fields: readonly (readonly [string, string])[]): string {
  const query = new URLSearchParams();
  for (const [name, value] of fields) query.append(name, value);
  return `${path}${path.includes("?") ? "&" : "?"}${query.toString()}`;
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? "no field" : `the field${names.length === 1 ? "" : "s"} ${names.join(", ")}`;
}
