import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findForm } from "./page-form.ts";

const wanted = { page: "/sign-in?next=/", path: "/sign-in", fields: ["email", "password"] };
const fields = `<input name="email"><input type="password" name="password">`;

function hidden(html: string, more: Partial<typeof wanted> = {}) {
  return findForm(html, { ...wanted, ...more })?.hidden;
}

describe("findForm", () => {
  it("gives the hidden fields, with their characters as they are meant", () => {
    const token = `<INPUT TYPE=Hidden NAME='token' VALUE="a&amp;b&#43;c">`;
    expect(hidden(`<form method=post action="/sign-in">${token}${fields}</form>`)).toEqual([
      ["token", "a&b+c"],
    ]);
  });

  it.each([
    ["that goes to its own page", `<form>`],
    ["with an empty action", `<form action="">`],
    ["with a relative action", `<form action="sign-in">`],
    ["with a whole address", `<form action="https://shop.example/sign-in?x=1">`],
  ])("finds one %s", (_name, tag) => {
    const search = `<form action="/search"><input type=hidden name=token value=wrong><input name=q></form>`;
    const right = `${tag}<input type=hidden name=token value=right>${fields}</form>`;
    expect(hidden(search + right)).toEqual([["token", "right"]]);
  });

  it("takes the one with the fields where two go to the same path", () => {
    const code = `<form action="/sign-in"><input type=hidden name=kind value=code><input name=code></form>`;
    const right = `<form action="/sign-in"><input type=hidden name=kind value=password>${fields}</form>`;
    expect(hidden(code + right)).toEqual([["kind", "password"]]);
  });

  it("takes the one with the fields where none goes to the path", () => {
    const search = `<form action="/search"><input name=q></form>`;
    const right = `<form action="/sessions"><input type=hidden name=token value=1>${fields}</form>`;
    expect(hidden(search + right)).toEqual([["token", "1"]]);
  });

  it("knows fields that stand outside and name their form", () => {
    const html = `<form id=f action="/sign-in">${fields}</form><input form=f type=hidden name=token value=1>`;
    expect(hidden(html)).toEqual([["token", "1"]]);
  });

  it("leaves out what a browser would not send", () => {
    const html = `<form action="/sign-in"><input type=hidden value=1><input type=hidden name=a disabled><!-- <input type=hidden name=b> -->${fields}</form>`;
    expect(hidden(html)).toEqual([]);
  });

  it("says how the fields are sent", () => {
    const html = `<form action="/sign-in" enctype="multipart/form-data">${fields}</form>`;
    expect(findForm(html, wanted)?.multipart).toBe(true);
  });

  it("finds none where there is none", () => {
    expect(findForm(`<form action="/search"><input name=q></form>`, wanted)).toBeUndefined();
    expect(findForm(`{"error": "no page"}`, wanted)).toBeUndefined();
  });

  it("takes any text for a page", () => {
    fc.assert(
      fc.property(fc.string(), fc.webPath(), (html, path) => {
        const form = findForm(`<form action="${path}"><input type=hidden name=a value=1></form>${html}`, {
          ...wanted,
          path,
          fields: [],
        });
        expect(form?.hidden).toEqual([["a", "1"]]);
      }),
    );
  });
});
