import { expect, it } from "vitest";
import { sizeText } from "./size-text.ts";

it.each([
  [0, "0 B"],
  [999, "999 B"],
  [1_000, "1 kB"],
  [1_434, "1.4 kB"],
  [10_240, "10 kB"],
  [1_048_576, "1 MB"],
  [1_468_006, "1.4 MB"],
  [999.6 * 1024, "1 MB"],
  [24_696_061_952, "23 GB"],
  [5 * 1024 ** 5, "5120 TB"],
])("says %i bytes as %s", (sizeBytes, text) => {
  expect(sizeText(sizeBytes)).toBe(text);
});
