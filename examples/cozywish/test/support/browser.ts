/** As much of a browser as a site without scripts needs: it keeps cookies, and sends forms as it was shown them. */
export class Browser {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly cookies = new Map<string, string>();
  /** The page that was shown last. */
  page = "";

  constructor(url: string, headers: Record<string, string> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  /** What the page says, in one line, without its tags. */
  get text(): string {
    const entities: Record<string, string> = {
      "&amp;": "&",
      "&lt;": "<",
      "&gt;": ">",
      "&quot;": '"',
      "&#39;": "'",
    };
    return this.page
      .replace(/<[^>]*>/g, " ")
      .replace(/\s+/g, " ")
      .replace(/&[#\w]+;/g, (entity) => entities[entity] ?? entity);
  }

  async get(path: string): Promise<Response> {
    return this.#send(path, {});
  }

  /** Sends fields along with the CSRF token of the page shown last. */
  async post(path: string, fields: Record<string, string>): Promise<Response> {
    const csrf = /name="csrf" value="([^"]+)"/.exec(this.page)?.[1] ?? "";
    return this.#send(path, { method: "POST", body: new URLSearchParams({ csrf, ...fields }) });
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { ...this.#headers, ...(cookie ? { cookie } : {}) };
    const response = await fetch(this.#url + path, { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (value) this.cookies.set(name, value);
      else this.cookies.delete(name);
    }
    this.page = await response.clone().text();
    return response;
  }
}

export const ada = { name: "Ada", email: "ada@example.com", password: "a-long-password" };

export async function signUp(browser: Browser, person: typeof ada = ada): Promise<Response> {
  await browser.get("/sign-up");
  return browser.post("/sign-up", person);
}
