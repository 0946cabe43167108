import { describe, expect, it } from "vitest";
import { asEpochMs } from "../brand.ts";
import { Orders } from "./orders.ts";

describe("Orders", () => {
  it("wakes by the earliest of the instants that were named, in whatever order they came", () => {
    const orders = new Orders();
    expect(orders.wakeAt).toBeUndefined();
    for (const instant of [undefined, 500, 300, undefined, 400]) {
      orders.wakeBy(instant === undefined ? undefined : asEpochMs(instant));
    }
    expect(orders.wakeAt).toBe(300);
  });
});
