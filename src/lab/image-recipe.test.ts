import { describe, expect, it } from "vitest";
import { aptOptions, imageHash, imageRecipe, mirrorOf, sourcesList } from "./image-recipe.ts";

const sources = [
  { uri: "http://mirror.example/debian", suite: "bookworm", component: "main" },
  { uri: "http://mirror.example/debian-security", suite: "bookworm-security", component: "main" },
];
const recipe = imageRecipe({ sources, proxy: undefined, options: {} });

describe("the recipe of the image", () => {
  it("is another image where anything that is in it is another", () => {
    expect(imageHash(recipe)).toBe(
      imageHash(imageRecipe({ sources, proxy: "http://proxy:3128", options: {} })),
    );
    const others = [
      { ...recipe, packages: [...recipe.packages, "nano"] },
      { ...recipe, kept: [] },
      { ...recipe, sources: [] },
      { ...recipe, options: { "Acquire::Check-Date": "false" } },
    ];
    expect(new Set([recipe, ...others].map(imageHash)).size).toBe(5);
  });

  it("takes hosts to where the machine's own packages come from", () => {
    expect(mirrorOf(recipe)).toBe("http://mirror.example/debian");
    expect(sourcesList(recipe))
      .toBe(`deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian bookworm main
deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://mirror.example/debian-security bookworm-security main
`);
    expect(aptOptions({ "Acquire::Check-Date": "false" })).toBe('Acquire::Check-Date "false";\n');
  });

  it("leaves the choice to debootstrap on a machine of another system", () => {
    const bare = { ...recipe, sources: [] };
    expect(mirrorOf(bare)).toBeUndefined();
    expect(sourcesList(bare)).toBe("");
  });
});
