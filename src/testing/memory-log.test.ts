import { expect, it } from "vitest";
import { MemoryLog } from "./memory-log.ts";
import { SimulatedClock } from "./simulated-clock.ts";

it("MemoryLog keeps lines with the fields of its parents", () => {
  const clock = new SimulatedClock({ startAt: 1_000 });
  const log = new MemoryLog({ clock });
  const child = log.child({ taskArn: "arn" });
  child.child({ container: "web" }).warn("slow", { ms: 5 });
  log.info("hello");
  expect(log.lines).toEqual([
    { level: "warn", message: "slow", fields: { taskArn: "arn", container: "web", ms: 5 }, at: 1_000 },
    { level: "info", message: "hello", fields: {}, at: 1_000 },
  ]);
  expect(log.messages("warn")).toEqual(["slow"]);
});

it("MemoryLog forgets the oldest lines beyond its limit", () => {
  const log = new MemoryLog({ limit: 2 });
  for (const message of ["a", "b", "c"]) log.debug(message);
  expect(log.messages()).toEqual(["b", "c"]);
});
