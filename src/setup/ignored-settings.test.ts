import { expect, it } from "vitest";
import { ignoredSettings, ignoredText } from "./ignored-settings.ts";
import { sshdText } from "./texts/host-files.ts";

const inForce = `port 22
passwordauthentication no
kbdinteractiveauthentication no
permitemptypasswords no
permitrootlogin without-password
x11forwarding no
clientaliveinterval 15
clientalivecountmax 3
maxstartups 30:30:100
logingracetime 30
`;

it("has nothing to say where sshd has what its file says", () => {
  expect(ignoredSettings(sshdText("yes"), inForce)).toEqual([]);
  expect(ignoredSettings(sshdText("no"), inForce.replace("without-password", "no"))).toEqual([]);
});

it("says which settings sshd has otherwise, and what to do", () => {
  const without = inForce
    .replace("passwordauthentication no", "passwordauthentication yes")
    .replace("interval 15", "interval 0");
  const ignored = ignoredSettings(sshdText("yes"), without);
  expect(ignored).toEqual(["PasswordAuthentication no", "ClientAliveInterval 15"]);
  expect(ignoredText("web-1", "/etc/x.conf", ignored)).toContain(
    "web-1: sshd does not heed /etc/x.conf (PasswordAuthentication no, ClientAliveInterval 15).",
  );
});

it("does not count what sshd says nothing of", () => {
  expect(ignoredSettings(sshdText("yes"), "")).toEqual([]);
});
