import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fenceFile, type Fence } from "./fence-file.ts";

let folder = "";
let fence: Fence;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "cozy-fence-"));
  fence = fenceFile(join(folder, "lease"), "production");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const acted = (token: number) => fence.fenced(token, async () => "acted");

describe("the fence of a host", () => {
  it("lets in whoever has the largest token that was seen, and nobody with a smaller one", async () => {
    expect(await acted(3)).toBe("acted");
    expect(await acted(3)).toBe("acted");
    await expect(acted(2)).rejects.toMatchObject({ code: "lease-lost", next: "cozy lease production" });
    expect(await acted(4)).toBe("acted");
    await expect(acted(3)).rejects.toMatchObject({ code: "lease-lost" });
  });

  it("is raised by a token alone, and tells the larger one that was there", async () => {
    expect(await fence.raise(5)).toBe(5);
    expect(await fence.raise(4)).toBe(5);
    await expect(acted(4)).rejects.toMatchObject({ code: "lease-lost" });
    expect(await fenceFile(join(folder, "lease"), "production").raise(1)).toBe(5);
  });

  it("keeps everybody out while an action goes on", async () => {
    const [begun, end] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const first = fence.fenced(1, async () => {
      begun.resolve();
      await end.promise;
    });
    await begun.promise;
    let raised = false;
    const raising = fenceFile(join(folder, "lease"), "production")
      .raise(2)
      .then(() => (raised = true));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(raised).toBe(false);
    end.resolve();
    await Promise.all([first, raising]);
    await expect(acted(1)).rejects.toMatchObject({ code: "lease-lost" });
  });

  it("lets nobody in where the file says nothing that can be compared", async () => {
    await fence.raise(1);
    await writeFile(join(folder, "lease", "fence"), "many\n");
    await expect(acted(9)).rejects.toMatchObject({ code: "lease-unavailable" });
  });
});
