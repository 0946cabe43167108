import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { StatsEngine } from "../../src/agent/stats/stats-engine.ts";
import type { ContainerUsage } from "../../src/agent/stats/usage.ts";
import type { Task } from "../../src/core/task.ts";
import { RealEngine } from "./real-engine.ts";

const MIB = 1024 * 1024;
const BUSY = "while true; do :; done";

describe("statistics from the real daemon", () => {
  let real: RealEngine;
  let stats: StatsEngine;

  beforeEach(async () => {
    real = new RealEngine();
    await real.open();
    stats = new StatsEngine({ engine: real.engine, client: real.client });
    stats.start();
  });
  afterEach(async () => {
    stats.stop();
    await real.close();
  });

  /** The first sample that fits, of those that come in. */
  function sampleOf(task: Task, fits: (usage: ContainerUsage) => boolean): Promise<ContainerUsage> {
    return new Promise((resolve) => {
      const end = stats.subscribe(({ taskArn, usage }) => {
        if (taskArn !== task.arn || !fits(usage)) return;
        end();
        resolve(usage);
      });
    });
  }

  it("STAT-1, STAT-3: a busy loop shows; the stream is closed when the container is known to have stopped", async () => {
    const { cpus } = await real.client.info();
    const task = await real.run([{ name: "web", script: BUSY }]);
    const {
      cpuPercent = 0,
      memoryBytes,
      memoryLimitBytes,
    } = await sampleOf(task, (usage) => (usage.cpuPercent ?? 0) > 25 / cpus);
    expect(cpuPercent).toBeLessThan(110 / cpus);
    expect(memoryBytes).toBeGreaterThan(0);
    expect(memoryLimitBytes).toBe(64 * MIB);
    await real.engine.stopTask(task.arn);
    await real.untilStopped(task);
    expect(stats.openStreams).toBe(0);
    expect(stats.statsOf(task.arn)?.containers[0]?.history.length).toBeGreaterThan(1);
    await real.remove(task);
    expect(stats.statsOf(task.arn)).toBeUndefined();
  });

  it("STAT-5: a file that was written is page cache, and not memory in use", async () => {
    const task = await real.run([
      { name: "web", script: `head -c ${40 * MIB} /dev/zero > /file; ${BUSY}`, memory: 128 },
    ]);
    await real.untilRunning(task);
    const { dockerId } = await real.inspect(task, "web");
    for await (const { memoryCacheBytes } of real.client.stats(dockerId, { signal: AbortSignal.timeout(60_000) })) {
      if (memoryCacheBytes > 35 * MIB) break;
    }
    const { memoryBytes } = await sampleOf(task, () => true);
    expect(memoryBytes).toBeLessThan(20 * MIB);
  });

  it("STAT-2: counters go on when the policy restarts the container, and no rate is negative", async () => {
    const script = `[ -e /again ] && ${BUSY}; touch /again; i=0; while [ $i -lt 4000000 ]; do i=$((i+1)); done; exit 1`;
    const restartPolicy = { enabled: true, restartAttemptPeriod: 60 };
    const task = await real.run([{ name: "web", script, restartPolicy }], {}, restartingAfterASecond);
    const usages: ContainerUsage[] = [];
    stats.subscribe(({ usage }) => usages.push(usage));
    await real.until(task, ({ containers }) => (containers[0]?.restart.count ?? 0) > 0);
    const before = usages.at(-1);
    const after = await sampleOf(task, ({ cpuPercent }) => (cpuPercent ?? 0) > 0);
    expect(after.cpuTotalNs).toBeGreaterThan(before?.cpuTotalNs ?? Number.POSITIVE_INFINITY);
    expect(usages.filter(({ cpuPercent = 0 }) => cpuPercent < 0)).toEqual([]);
  });
});

/** A definition has to ask for a minute at least. */
function restartingAfterASecond(task: Task): Task {
  const restartPolicy = { enabled: true, restartAttemptPeriod: 1 };
  return { ...task, containers: task.containers.map((each) => ({ ...each, restartPolicy })) };
}
