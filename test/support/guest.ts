import { Visitor } from "./visitor.ts";

/** Somebody who signs up at CozyWish and books one slot after another, as fast as the site answers. */
export class Guest {
  readonly #visitor: Visitor;
  readonly #name: string;
  /** Addresses of slots, the next one last. */
  #slots: string[] = [];
  #services: string[] = [];
  /** A guest can't be in two places at one time. */
  readonly #times = new Set<string>();

  constructor(site: string, name: string) {
    this.#visitor = new Visitor(site);
    this.#name = name;
  }

  async signUp(): Promise<void> {
    const email = `${this.#name}@example.org`;
    const { status, text } = await this.#visitor.submit("/sign-up", /sign-up/, {
      name: this.#name,
      email,
      password: "a long enough password",
    });
    if (status !== 302 && status !== 303)
      throw new Error(`sign-up answered ${status}: ${text.slice(0, 500)}`);
  }

  /** Books the next free slot; whether it was still free. Anything but an orderly answer throws. */
  async book(): Promise<boolean> {
    const slot = await this.#nextSlot();
    const page = await this.#visitor.open(slot);
    if (page.status === 409) return false;
    if (page.status !== 200)
      throw new Error(`GET ${slot} answered ${page.status}: ${page.text.slice(0, 500)}`);
    const answer = await this.#visitor.fill(page, slot, /\/book/, {});
    if (answer.status === 409) return false;
    if (answer.status === 302 || answer.status === 303) return answer.location.includes("done=booked");
    throw new Error(`POST ${slot} answered ${answer.status}: ${answer.text.slice(0, 500)}`);
  }

  async #nextSlot(): Promise<string> {
    for (let tries = 0; tries < 100; tries += 1) {
      const slot = this.#slots.pop();
      if (slot !== undefined) {
        const time = new URLSearchParams(slot.split("?")[1]).toString();
        if (this.#times.has(time)) continue;
        this.#times.add(time);
        return slot;
      }
      this.#slots = await this.#slotsOfNextService();
    }
    throw new Error("there is nothing left to book");
  }

  async #slotsOfNextService(): Promise<string[]> {
    if (this.#services.length === 0) this.#services = await this.#allServices();
    const service = this.#services.pop() ?? "";
    const days = [...new Set(await this.#links(service, /href="([^"]*\?day=[0-9-]+)"/g))].slice(1);
    const slots = [];
    for (const day of days) slots.push(...(await this.#links(day, /href="([^"]*\/book\?day=[^"]*)"/g)));
    return slots;
  }

  async #allServices(): Promise<string[]> {
    const venues = new Set(await this.#links("/venues", /href="(\/venues\/[a-z0-9-]+)"/g));
    const services = [];
    for (const venue of venues) {
      services.push(...(await this.#links(venue, /href="(\/venues\/[a-z0-9-]+\/services\/[a-z0-9-]+)"/g)));
    }
    return [...new Set(services)];
  }

  async #links(page: string, link: RegExp): Promise<string[]> {
    const { status, text } = await this.#visitor.open(page);
    if (status !== 200) throw new Error(`GET ${page} answered ${status}`);
    return [...text.matchAll(link)].map(([, address = ""]) => address.replaceAll("&amp;", "&"));
  }
}
