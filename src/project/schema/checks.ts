import * as z from "zod/mini";
import { documented, object, optional, required } from "./doc.ts";
import { command, duration, path, status, text } from "./values.ts";

export const ready = object("Ready", "The question that tells when an instance can take traffic.", {
  path: optional(path, "Asked on the instance's own socket until the answer is right.", "`/`"),
  status: optional(status, "The status of the right answer.", "`200`"),
  timeout: optional(
    duration,
    "How long an instance may take from its start to the first right answer.",
    "`60s`",
  ),
});

const requestCheck = object("RequestCheck", "A page that must answer.", {
  path: required(path, "The page."),
  status: optional(status, "The status that it must answer with.", "`200`"),
  text: optional(text, "A text that the answer must hold."),
  within: optional(duration, "How long the answer may take.", "`5s`"),
});

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
