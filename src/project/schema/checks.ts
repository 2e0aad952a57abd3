import * as z from "zod/mini";
import { documented, object, optional, required } from "./doc.ts";
import { command, duration, path, status, text } from "./values.ts";

const headers = documented(z.record(z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9-]*$/)), text), {
  expects: "an object of header lines by name",
});

const headersText =
  "Header lines to ask with, such as `host` where the application answers only to names that it knows.";
const headersDefault = "`host: localhost`, `x-forwarded-proto: https`";

export const ready = object("Ready", "The question that tells when an instance can take traffic.", {
  path: optional(path, "Asked on the instance's own socket until the answer is right.", "`/`"),
  status: optional(status, "The status of the right answer.", "`200`"),
  headers: optional(headers, headersText, headersDefault),
  timeout: optional(
    duration,
    "How long an instance may take from its start to the first right answer.",
    "`60s`",
  ),
});

const formValue = documented(
  z.union([
    text,
    object("FormVariable", "A value that the release has in a variable, for passwords.", {
      variable: required(text, "Its name."),
    }),
  ]),
  {
    name: "FormValue",
    about: "A value of a form: a string, or `{ variable: … }` for one that must not stand in the file.",
    expects: "a string or `{ variable: … }`",
  },
);

const requestCheck = object(
  "RequestCheck",
  "A page that must answer. Cookies that an instance sets go with its later checks.",
  {
    path: required(path, "The page."),
    status: optional(status, "The status that it must answer with.", "`200`"),
    text: optional(text, "A text that the answer must hold."),
    method: optional(
      documented(z.enum(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]), {
        expects: 'a method of HTTP such as `"POST"`',
      }),
      "How it is asked.",
      "`GET`; with `form` or `json` `POST`",
    ),
    form: optional(
      documented(z.record(text, formValue), { expects: "an object of values by field" }),
      "Fields of a form to send. The page of the form is asked for first, and its hidden fields (a CSRF token, say) and cookies go with them.",
      "none",
    ),
    page: optional(path, "The page that the form stands on.", "`path` itself"),
    json: optional(
      documented(z.unknown(), { type: "unknown", expects: "a value that JSON can hold" }),
      "A JSON document to send.",
      "none",
    ),
    headers: optional(headers, headersText, headersDefault),
    within: optional(duration, "How long the answer may take.", "`5s`"),
  },
);

const commandCheck = object("CommandCheck", "A command of the release that must end with exit code 0.", {
  command: required(command, "The command."),
  within: optional(duration, "How long it may take.", "`5s`"),
});

export const smoke = documented(
  z.array(
    documented(z.union([path, requestCheck, commandCheck]), {
      name: "SmokeCheck",
      about:
        'A check of a new release before it takes traffic: `"/search"` asks for a page and wants status 200.',
      expects: "a path, `{ path: … }` or `{ command: … }`",
    }),
  ),
  { expects: "a list of checks" },
);

export const drain = object("Drain", "How long what is in flight on the old instances may take to end.", {
  requests: optional(duration, "For requests.", "`30s`"),
  streams: optional(duration, "For WebSockets and event streams.", "`5m`"),
});
