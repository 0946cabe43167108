import { expect, it } from "vitest";
import { aContainer, aTask } from "../../testing/builders.ts";
import { asEpochMs } from "../brand.ts";
import { DEFAULT_MACHINE_CONFIG } from "./config.ts";
import { boundWaits, moveWaits } from "./move-waits.ts";

const at = asEpochMs;
const error = { name: "CannotStopContainerError", message: "busy" } as const;
const NOW = at(1_000_000);
const { cleanupWaitMs } = DEFAULT_MACHINE_CONFIG;

it.each([3_600_000, -3_600_000])("moveWaits() moves what is waited for by %i ms, and nothing that was told", (byMs) => {
  const retry = { action: "stop", attempts: 1, notBefore: at(5_000), error } as const;
  const container = aContainer({ retry, startTimeoutAt: at(6_000), startedAt: at(1_000), finishedAt: at(2_000) });
  const task = aTask({ containers: [container], cleanupAt: at(9_000), stoppedAt: at(3_000) });
  const moved = moveWaits(task, byMs);
  expect(moved).toEqual({
    ...task,
    cleanupAt: 9_000 + byMs,
    containers: [{ ...container, retry: { ...retry, notBefore: 5_000 + byMs }, startTimeoutAt: 6_000 + byMs }],
  });
});

it("moveWaits() leaves a task that waits for nothing as it is", () => {
  const task = aTask({ containers: [aContainer()] });
  expect(moveWaits(task, 5_000)).toEqual(task);
});

it.each([
  ["is over", -1, -1],
  ["is left in part", 1_000, 1_000],
  ["would be longer than the whole, as the host's time was set back", 24 * 3_600_000, cleanupWaitMs],
])("boundWaits(): a clean-up's wait that %s", (_what, leftMs, boundMs) => {
  const task = aTask({ cleanupAt: at(NOW + leftMs) });
  expect(boundWaits(task, NOW, DEFAULT_MACHINE_CONFIG).cleanupAt).toBe(NOW + boundMs);
});

it.each([
  [2_000, 2_000],
  [90_000, 5_000],
])("boundWaits(): of a start timeout of 5 s with %i ms left, %i are", (leftMs, boundMs) => {
  const container = aContainer({ startTimeoutMs: 5_000, startTimeoutAt: at(NOW + leftMs) });
  const [bound] = boundWaits(aTask({ containers: [container] }), NOW, DEFAULT_MACHINE_CONFIG).containers;
  expect(bound?.startTimeoutAt).toBe(NOW + boundMs);
});
