/** GPUs over the whole engine, with ids of a host that has none: who gets which, and what the daemon is told. */
import { describe, expect, it } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { exits, runsForever } from "../../src/testing/index.ts";
import type { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { startedHost } from "./started-host.ts";

const hostTotals = { cpuUnits: 4096, memoryMiB: 4096, reservedTcp: [], reservedUdp: [], gpus: ["GPU-0", "GPU-1"] };
const gpu = (value: string) => ({ resourceRequirements: [{ type: "GPU", value }] });

function environmentOf(host: SimulatedHost, task: Task): readonly string[] {
  const { dockerId } = host.container(task, "web");
  const container = [...host.docker.state.containers].find((each) => each.dockerId === dockerId);
  return (container?.body.Env ?? []).filter((entry) => entry.startsWith("NVIDIA_"));
}

describe("GPUs", () => {
  it("GPU-1, GPU-2: tasks see different ones, and the next waits until one is given back", async () => {
    const host = await startedHost({ hostTotals });
    host.docker.container("web", { run: runsForever() });
    host.docker.container("short", { run: exits(0, { afterMs: 5_000 }) });
    const short = host.task([{ name: "short", ...gpu("1") }]);
    const [first, third] = [host.task([{ name: "web", ...gpu("1") }]), host.task([{ name: "web", ...gpu("1") }])];
    for (const task of [short, first, third]) await host.add(task);
    await host.untilStatus(first, "RUNNING");
    expect(environmentOf(host, first)).toEqual(["NVIDIA_VISIBLE_DEVICES=GPU-1"]);
    expect(host.engine.whyBlocked(third.arn)).toEqual([{ type: "hostResources", resources: ["GPU"] }]);
    await host.untilStatus(third, "RUNNING");
    expect(environmentOf(host, third)).toEqual(["NVIDIA_VISIBLE_DEVICES=GPU-0"]);
  });

  it("GPU-3: after a crash nothing is given twice", async () => {
    const host = await startedHost({ hostTotals });
    host.docker.container("web", { run: runsForever() });
    const [first, second, third] = ["1", "1", "1"].map((value) => host.task([{ name: "web", ...gpu(value) }]));
    if (first === undefined || second === undefined || third === undefined) throw new Error("there are three");
    for (const task of [first, second, third]) await host.add(task);
    await host.untilStatus(second, "RUNNING");
    host.crash();
    await host.start();
    await host.clock.advance(60_000);
    expect([first, second, third].map((task) => host.container(task, "web").gpuIds)).toEqual([
      ["GPU-0"],
      ["GPU-1"],
      undefined,
    ]);
    await host.engine.stopTask(first.arn);
    await host.untilStatus(third, "RUNNING");
    expect(host.container(third, "web").gpuIds).toEqual(["GPU-0"]);
  });

  it("GPU-4, RESOURCE: what the host can never give ends the task", async () => {
    const host = await startedHost({ hostTotals });
    const task = host.task([{ name: "web", ...gpu("3") }]);
    await host.add(task);
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.stoppedReason).toContain("RESOURCE:GPU");
  });
});
