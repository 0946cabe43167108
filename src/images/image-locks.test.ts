import { describe, expect, it } from "vitest";
import { ImageLocks } from "./image-locks.ts";

/** Work that ends when it is told to. */
function pending() {
  let end: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    end = resolve;
  });
  return { done, end };
}

describe("ImageLocks", () => {
  it("lets in at once while nobody deletes, and counts its users", async () => {
    const locks = new ImageLocks();
    expect(locks.enter("app")).toBeUndefined();
    expect(locks.enter("docker.io/library/app:latest")).toBeUndefined();
    locks.leave("app");
    expect(locks.isUsed(["app:latest"])).toBe(true);
    expect(await locks.delete(["app"], async () => "deleted")).toBeUndefined();
    locks.leave("app");
    expect(locks.isUsed([])).toBe(false);
    expect(await locks.delete(["app"], async () => "deleted")).toBe("deleted");
  });

  it("lets nobody in before a deletion of the same name has ended, and all others", async () => {
    const locks = new ImageLocks();
    const { done, end } = pending();
    const deletion = locks.delete(["app"], () => done);
    expect(locks.enter("other")).toBeUndefined();
    const waiting = locks.enter("app");
    expect(locks.isUsed(["app"])).toBe(false);
    end();
    await Promise.all([deletion, waiting]);
    expect(locks.isUsed(["app"])).toBe(true);
  });

  it("waits for the deletion of an image without names, whatever is asked for", async () => {
    const locks = new ImageLocks();
    const { done, end } = pending();
    const deletion = locks.delete([], () => done);
    const used = locks.use("app", async () => "used");
    expect(locks.isUsed([])).toBe(false);
    end();
    expect(await used).toBe("used");
    await deletion;
    expect(locks.isUsed([])).toBe(false);
  });
});
