/** What a server answered. */
export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly location: string;
}

/** Somebody who looks at a site and fills its forms, with cookies as a browser keeps them, as far as the examples' pages need it. */
export class Visitor {
  readonly #site: string;
  readonly #cookies = new Map<string, string>();

  constructor(site: string) {
    this.#site = site;
  }

  async open(path: string, form?: Record<string, string>): Promise<Answer> {
    const response = await fetch(new URL(path, this.#site), {
      redirect: "manual",
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        origin: this.#site,
      },
      ...(form && { method: "POST", body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      this.#cookies.set(name, value);
    }
    return {
      status: response.status,
      text: await response.text(),
      location: response.headers.get("location") ?? "",
    };
  }

  /** Fills the first form that posts to a path like this one, with its hidden fields. */
  async submit(page: string, action: RegExp, fields: Record<string, string>): Promise<Answer> {
    return this.fill(await this.open(page), page, action, fields);
  }

  /** The same on a page that is open already. */
  async fill(
    { text }: Pick<Answer, "text">,
    page: string,
    action: RegExp,
    fields: Record<string, string>,
  ): Promise<Answer> {
    for (const [form = "", attributes = ""] of text.matchAll(/<form([^>]*)>.*?<\/form>/gs)) {
      const target = (/action="([^"]*)"/.exec(attributes)?.[1] ?? page).replaceAll("&amp;", "&");
      if (!action.test(target) || !/method="post"/i.test(attributes)) continue;
      const hidden = [...form.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([input]) => [
        /name="([^"]*)"/.exec(input)?.[1] ?? "",
        /value="([^"]*)"/.exec(input)?.[1] ?? "",
      ]);
      return this.open(target, { ...(Object.fromEntries(hidden) as Record<string, string>), ...fields });
    }
    throw new Error(`${page} has no form that posts to ${String(action)}`);
  }
}
