import { Parser } from "htmlparser2";

/** A form as a page holds it. */
export interface PageForm {
  /** As it is written; `undefined` where the form goes to its own page. */
  readonly action: string | undefined;
  readonly multipart: boolean;
  /** Names and values of its hidden fields: what a browser sends without being asked. */
  readonly hidden: readonly (readonly [string, string])[];
  /** The names of all its fields. */
  readonly names: ReadonlySet<string>;
}

export interface FormWanted {
  /** The path that the page was asked at. */
  readonly page: string;
  /** The path that the fields are sent to. */
  readonly path: string;
  readonly fields: readonly string[];
}

/** The form of a page that the fields belong to: one that goes to the path and has them, else one that does either. Pure. */
export function findForm(html: string, wanted: FormWanted): PageForm | undefined {
  const forms = formsOf(html);
  const goesThere = (form: PageForm) =>
    pathOf(form.action ?? wanted.page, wanted.page) === pathOf(wanted.path);
  const hasThem = (form: PageForm) => wanted.fields.every((name) => form.names.has(name));
  return (
    forms.find((form) => goesThere(form) && hasThem(form)) ?? forms.find(goesThere) ?? forms.find(hasThem)
  );
}

function pathOf(path: string, page = "/"): string | undefined {
  const here = new URL(page, "https://localhost").href;
  return URL.canParse(path, here) ? new URL(path, here).pathname : undefined;
}

interface OpenForm {
  readonly id: string | undefined;
  readonly action: string | undefined;
  readonly multipart: boolean;
  readonly hidden: [string, string][];
  readonly names: Set<string>;
}

const fieldTags = new Set(["input", "select", "textarea", "button"]);

function formsOf(html: string): readonly PageForm[] {
  const forms: OpenForm[] = [];
  let open: OpenForm | undefined;
  const elsewhere: (readonly [string, Readonly<Record<string, string>>])[] = [];
  const parser = new Parser({
    onopentag(tag, attributes) {
      if (tag === "form") {
        open = formOf(attributes);
        forms.push(open);
      } else if (fieldTags.has(tag)) {
        const { form } = attributes;
        if (form !== undefined) elsewhere.push([form, attributes]);
        else if (open) addField(open, attributes);
      }
    },
    onclosetag(tag) {
      if (tag === "form") open = undefined;
    },
  });
  parser.end(html);
  // A field may stand outside its form and name it.
  for (const [id, attributes] of elsewhere) {
    const form = forms.find((candidate) => candidate.id === id);
    if (form) addField(form, attributes);
  }
  return forms;
}

function formOf({ id, action, enctype }: Readonly<Record<string, string>>): OpenForm {
  return {
    id,
    action: action === "" ? undefined : action,
    multipart: enctype?.toLowerCase() === "multipart/form-data",
    hidden: [],
    names: new Set(),
  };
}

function addField({ hidden, names }: OpenForm, attributes: Readonly<Record<string, string>>): void {
  const { name, type, value = "" } = attributes;
  if (name === undefined || name === "" || "disabled" in attributes) return;
  names.add(name);
  if (type?.toLowerCase() === "hidden") hidden.push([name, value]);
}
