/**
 * A test of a program that embeds the engine: simulated Docker, simulated time, no waiting:
 * `npm run example -- test-without-docker`
 */
import assert from "node:assert/strict";
import { createTask, createTaskEngine, type TaskEngine } from "berth";
import {
  aTask,
  engineStatesEqual,
  enginesEqual,
  exits,
  fake,
  handlesSigterm,
  healthyAfter,
  SeededRandom,
  SimulatedClock,
  SimulatedDocker,
} from "berth/testing";

const clock = new SimulatedClock();
const docker = new SimulatedDocker({ clock, seed: 7 });
docker.image("database:1", { run: handlesSigterm({ afterMs: 300 }), health: healthyAfter(3) });
docker.image("migration:1", { run: exits(0, { afterMs: 60_000 }) });
docker.faults.next("startContainer", { kind: "errorAfterEffect" });

const engine = createTaskEngine({ client: docker.client(), clock, random: new SeededRandom(7) });
await clock.resolve(engine.init());
const healthCheck = { command: ["CMD", "ready"], interval: 5 };
const task = createTask({
  family: "tested",
  networkMode: "none",
  containerDefinitions: [
    { name: "database", image: "database:1", memory: 64, essential: false, healthCheck },
    {
      name: "migration",
      image: "migration:1",
      memory: 64,
      dependsOn: [{ containerName: "database", condition: "HEALTHY" }],
    },
  ],
});
await clock.resolve(engine.addTask(task));
await clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === "STOPPED");
const stopped = engine.getTaskByArn(task.arn);
assert.deepEqual(
  stopped?.containers.map(({ exitCode }) => exitCode),
  [0, 0],
);
console.log(
  `${Math.round(clock.elapsedMs / 1_000)} s of simulated time, fault met: ${docker.faults.counts.errorAfterEffect}`,
);

// The same state in another engine, as far as a restart would see it.
const restored = createTaskEngine({ client: docker.client(), clock });
restored.restoreFromJSON(JSON.stringify(engine));
console.log(`equal: ${enginesEqual(engine, restored)}, states: ${engineStatesEqual(engine.state, restored.state)}`);

// A fake of any interface does what is written, and names what was not expected.
const faked = fake<TaskEngine>("TaskEngine", { listTasks: () => [aTask()] });
console.log(`a fake has ${faked.listTasks().length} task`);
assert.throws(() => faked.disable(), /TaskEngine.disable was not expected/);
await clock.resolve(engine.shutdown());
