import { z } from "zod";

export const MINIMUM_PASSWORD_LENGTH = 10;

export const signUpForm = z.object({
  name: z.string().trim().min(1, "What may we call you?").max(80, "That is longer than we can print."),
  email: z.string().trim().pipe(z.email("This doesn't look like an email address.").max(200)),
  password: z
    .string()
    .min(MINIMUM_PASSWORD_LENGTH, `At least ${MINIMUM_PASSWORD_LENGTH} characters, please.`)
    .max(200, "At most 200 characters, please."),
});

/** Looser than signing up: what is wrong is only ever told as "email or password". */
export const signInForm = z.object({
  email: z.string().trim().max(200).catch(""),
  password: z.string().max(200).catch(""),
});

export type FieldFaults = Partial<Record<string, string>>;

/** The first fault of each field. */
export function faultsByField(error: z.ZodError): FieldFaults {
  return Object.fromEntries(error.issues.toReversed().map((issue) => [String(issue.path[0]), issue.message]));
}

/** Where to go after signing in: a path of ours, never another site that a link has smuggled in. */
export function safeNext(next: unknown): string {
  return typeof next === "string" && /^\/(?![/\\])[^\\\s]*$/.test(next) ? next : "/";
}
