import { describe, expect, it } from "vitest";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { RecentFailures } from "./recent-failures.ts";

const error = (message: string) => ({ name: "CannotPullContainerError", message }) as const;

function memory() {
  const clock = new SimulatedClock();
  return { clock, failures: new RecentFailures(clock, 10_000) };
}

describe("RecentFailures", () => {
  it("remembers the newest failure of a key for a while, and of no other key", () => {
    const { clock, failures } = memory();
    failures.note("a", error("first"));
    clock.advanceSync(9_999);
    failures.note("b", error("other"));
    expect([failures.find("a")?.message, failures.find("c")]).toEqual(["first", undefined]);
    clock.advanceSync(1);
    expect([failures.find("a"), failures.find("b")?.message]).toEqual([undefined, "other"]);
    failures.note("b", error("newer"));
    clock.advanceSync(9_000);
    expect(failures.find("b")?.message).toBe("newer");
  });

  it("forgets a key that has worked since", () => {
    const { failures } = memory();
    failures.note("a", error("first"));
    failures.forget("a");
    expect(failures.find("a")).toBeUndefined();
  });

  it("remembers 256 of them: the one that was noted longest ago goes first", () => {
    const { failures } = memory();
    for (let each = 0; each < 256; each += 1) failures.note(`key ${each}`, error("away"));
    failures.note("key 0", error("again"));
    expect(failures.find("key 1")?.message).toBe("away");
    failures.note("one more", error("away"));
    expect([failures.find("key 0")?.message, failures.find("key 1")]).toEqual(["again", undefined]);
    expect(failures.find("key 2")?.message).toBe("away");
  });
});
