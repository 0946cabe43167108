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

  it("deletes none of several names when one of them is used or is being deleted", async () => {
    const locks = new ImageLocks();
    void locks.enter("app:2");
    expect(locks.isUsed(["app:1", "app:2"])).toBe(true);
    expect(await locks.delete(["app:1", "app:2"], async () => "deleted")).toBeUndefined();
    const { done, end } = pending();
    const deletion = locks.delete(["app:3"], () => done);
    expect(await locks.delete(["app:1", "app:3"], async () => "deleted")).toBeUndefined();
    end();
    await deletion;
    expect(await locks.delete(["app:1", "app:3"], async () => "deleted")).toBe("deleted");
  });

  it("deletes an image without names while nobody uses any, one at a time, and lets in afterwards", async () => {
    const locks = new ImageLocks();
    void locks.enter("app");
    expect(await locks.delete([], async () => "deleted")).toBeUndefined();
    locks.leave("app");
    const { done, end } = pending();
    const deletion = locks.delete([], () => done);
    expect(await locks.delete([], async () => "deleted")).toBeUndefined();
    end();
    await deletion;
    expect(await locks.delete([], async () => "deleted")).toBe("deleted");
    expect(locks.enter("app")).toBeUndefined();
  });

  it("keeps who waits out until no deletion is left, though another begins when one ends", async () => {
    const locks = new ImageLocks();
    const [first, second] = [pending(), pending()];
    const one = locks.delete(["app"], () => first.done);
    const order: string[] = [];
    const used = locks.use("app", async () => order.push("used"));
    const two = one.then(() => locks.delete(["app"], () => second.done.then(() => order.push("deleted"))));
    first.end();
    await one;
    second.end();
    await Promise.all([two, used]);
    expect(order.at(-1)).toBe("used");
  });

  it("knows names that are no references by themselves", async () => {
    const locks = new ImageLocks();
    void locks.enter("Not A Name");
    expect([locks.isUsed(["Not A Name"]), locks.isUsed(["Another Name"])]).toEqual([true, false]);
  });

  it("unlocks when the work fails", async () => {
    const locks = new ImageLocks();
    await expect(locks.use("app", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(locks.isUsed(["app"])).toBe(false);
  });
});
