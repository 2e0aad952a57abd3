import { describe, expect, it } from "vitest";
import { sourceAddresses, sourcesIn } from "./package-sources.ts";

describe("sourcesIn", () => {
  it("finds where Debian 12 comes from, once a suite, among other lists", () => {
    const targets = `http://mirror.example/debian/ bookworm main
http://mirror.example/debian/ bookworm contrib
http://mirror.example/debian-security/ bookworm-security main
http://other.example/debian/ bookworm main
http://tools.example/apt/ stable main
http://mirror.example/debian/ trixie main
`;
    expect(sourcesIn(targets)).toEqual([
      { uri: "http://mirror.example/debian", suite: "bookworm", component: "main" },
      { uri: "http://mirror.example/debian-security", suite: "bookworm-security", component: "main" },
    ]);
  });

  it("takes no address with a password in it, and nothing that hosts could not reach", () => {
    const targets =
      "http://me:secret@mirror.example/ bookworm main\nfile:/srv/debian/ bookworm-updates main\n";
    expect(sourcesIn(targets)).toEqual([]);
  });
});

describe("sourceAddresses", () => {
  it("reads them from a sources.list, with the usual ports", () => {
    const list = `# deb http://commented.example/debian bookworm main
deb [signed-by=/usr/share/keyrings/a.gpg] http://mirror.example/debian bookworm main
deb https://secure.example/debian bookworm-updates main
deb http://mirror.example:8080/debian bookworm-security main
`;
    expect(sourceAddresses(list)).toEqual(["mirror.example:80", "mirror.example:8080", "secure.example:443"]);
  });
});
