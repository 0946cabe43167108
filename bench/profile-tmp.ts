import type { DockerId } from "../src/core/brand.ts";
import { LmdbStateStore } from "../src/store/index.ts";
import { MemoryStateStore } from "../src/store/memory-state-store.ts";
import { CpuTimer } from "./lib/cpu.ts";
import { freshFolder } from "./lib/folder.ts";
import { newTasks, simulatedDocker, startEngine } from "./lib/simulated-world.ts";
import { runTasks } from "./lib/waves.ts";

for (const count of [1000, Number(process.env.N ?? 5000)]) {
  const docker = simulatedDocker();
  const store = process.env.DISK ? await LmdbStateStore.open({ folder: freshFolder() }) : new MemoryStateStore();
  let commits = 0,
    mutations = 0;
  const kinds: Record<string, number> = {};
  const orig = store.commit.bind(store);
  store.commit = (m) => {
    commits++;
    mutations += m.length;
    for (const x of m) kinds[x.type] = (kinds[x.type] ?? 0) + 1;
    return orig(m);
  };
  const engine = await startEngine({ client: docker.client(), store, startConcurrency: 1000 });
  const calls: Record<string, number> = {};
  docker.onCall((c) => {
    calls[c.operation] = (calls[c.operation] ?? 0) + 1;
  });
  const tasks = newTasks(count);
  const timer = new CpuTimer();
  await runTasks({
    engine,
    tasks,
    inFlight: 1000,
    exit: (id: DockerId) => docker.state.getContainer(id).process?.exit(0),
  });
  console.log(
    count,
    (timer.cpuMs / count).toFixed(3),
    "ms cpu/task",
    (commits / count).toFixed(1),
    "commits/task",
    kinds,
    calls,
  );
  await engine.shutdown();
}
