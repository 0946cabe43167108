/** What every `TaskEngine` does, whether the daemon behind it is real or simulated. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Task } from "../../src/core/task.ts";
import type { EngineEvent, StateChangeDelivery, TaskEngine } from "../../src/engine/task-engine.ts";

/** One container of a task: a shell script, and members of its definition. */
export type ScriptedContainer = {
  readonly name: string;
  /** `run` goes on until it is stopped, and ends at once with SIGTERM; `exit3` ends with 3 by itself. */
  readonly does: "run" | "exit3";
  readonly [member: string]: unknown;
};

export type EngineUnderTest = {
  /** Not initialised. */
  readonly engine: TaskEngine;
  task(containers: readonly ScriptedContainer[]): Task;
  /** Another engine over the same daemon, with nothing of this one's state. */
  another(): TaskEngine;
  /** Resolves with the promise; turns the clock meanwhile where that has to be done by hand. */
  resolve<Value>(promise: Promise<Value>): Promise<Value>;
  /** Resolves when `isReached` says so; it is asked again whenever the engine has told something. */
  until(engine: TaskEngine, isReached: () => boolean): Promise<void>;
  /** Names of the daemon's containers that belong to this task, running or not, in alphabetical order. */
  containersOf(task: Task): Promise<readonly { readonly name: string; readonly isRunning: boolean }[]>;
  /** Removes what the test has left in Docker. */
  cleanup(): Promise<void>;
};

const NOT_INITIALISED = { name: "EngineNotInitializedError" };
const DISABLED = { name: "EngineDisabledError" };

export function describeTaskEngineContract(name: string, makeEngine: () => Promise<EngineUnderTest>): void {
  describe(`${name} as a TaskEngine`, () => {
    let under: EngineUnderTest;

    beforeEach(async () => {
      under = await makeEngine();
    });
    afterEach(() => under.cleanup());

    async function start(): Promise<TaskEngine> {
      await under.resolve(under.engine.init());
      return under.engine;
    }

    function statusOf(task: Task): string | undefined {
      return under.engine.getTaskByArn(task.arn)?.knownStatus;
    }

    async function run(task: Task, status = "RUNNING"): Promise<void> {
      await under.resolve(under.engine.addTask(task));
      await under.until(under.engine, () => statusOf(task) === status);
    }

    it("is created before it is initialised: everything but its state and shutdown waits for init", async () => {
      const { engine } = under;
      const task = under.task([{ name: "web", does: "run" }]);
      await expect(engine.addTask(task)).rejects.toMatchObject(NOT_INITIALISED);
      await expect(engine.stopTask(task.arn)).rejects.toMatchObject(NOT_INITIALISED);
      await expect(engine.version()).rejects.toMatchObject(NOT_INITIALISED);
      expect(() => engine.listTasks()).toThrow(expect.objectContaining(NOT_INITIALISED));
      expect(engine.toJSON()).toMatchObject({ format: "berth-state", tasks: [], changes: [] });
      await start();
      expect(engine.listTasks()).toEqual([]);
      await under.resolve(engine.init());
    });

    it("adds, lists and finds tasks", async () => {
      const engine = await start();
      const tasks = ["a", "b"].map((container) => under.task([{ name: container, does: "run" }]));
      for (const task of tasks) await run(task);
      expect(engine.listTasks().map(({ arn }) => arn)).toEqual(tasks.map(({ arn }) => arn));
      for (const { arn } of tasks) expect(engine.getTaskByArn(arn)).toMatchObject({ arn, knownStatus: "RUNNING" });
      const unknown = under.task([{ name: "c", does: "run" }]);
      expect(engine.getTaskByArn(unknown.arn)).toBeUndefined();
      expect(engine.whyBlocked(unknown.arn)).toEqual([]);
    });

    it("takes a task once, however often it is added", async () => {
      const engine = await start();
      const task = under.task([{ name: "web", does: "run" }]);
      await under.resolve(Promise.all([engine.addTask(task), engine.addTask(task)]));
      await run(task);
      expect(engine.listTasks()).toHaveLength(1);
      expect(await under.containersOf(task)).toHaveLength(1);
    });

    it("stops a known task, and says of an unknown one that it is unknown", async () => {
      const engine = await start();
      const task = under.task([{ name: "web", does: "run" }]);
      expect(await engine.stopTask(task.arn)).toBe(false);
      await run(task);
      expect(await under.resolve(engine.stopTask(task.arn, { reason: "no longer wanted" }))).toBe(true);
      await under.until(engine, () => statusOf(task) === "STOPPED");
      expect(engine.getTaskByArn(task.arn)).toMatchObject({
        stoppedReason: "no longer wanted",
        desiredStatus: "STOPPED",
      });
      expect((await under.containersOf(task)).map(({ isRunning }) => isRunning)).toEqual([false]);
    });

    it("kills at once with force", async () => {
      const engine = await start();
      const task = under.task([{ name: "web", does: "run", stopTimeout: 100 }]);
      await run(task);
      await under.resolve(engine.stopTask(task.arn, { force: true }));
      await under.until(engine, () => statusOf(task) === "STOPPED");
      expect(engine.getTaskByArn(task.arn)?.containers[0]?.exitCode).toBe(137);
    });

    it("tells changes in the order of their numbers, until they are acknowledged", async () => {
      const engine = await start();
      const read: StateChangeDelivery[] = [];
      void (async () => {
        for await (const delivery of engine.stateChangeEvents()) read.push(delivery);
      })();
      const task = under.task([{ name: "job", does: "exit3" }]);
      await run(task, "STOPPED");
      const isLast = ({ change }: StateChangeDelivery) => change.type === "task" && change.status === "STOPPED";
      await under.until(engine, () => read.some(isLast));
      const numbers = read.map(({ change }) => change.sequence);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      expect(
        read.find(({ change }) => change.type === "container" && change.status === "STOPPED")?.change,
      ).toMatchObject({
        containerName: "job",
        exitCode: 3,
      });
      expect(engine.toJSON().changes.map(({ sequence }) => sequence)).toEqual(numbers);
      await under.resolve(read.find(isLast)?.acknowledge() ?? Promise.reject(new Error("there is no last change")));
      expect(engine.toJSON().changes).toEqual([]);
    });

    it("says why a container does not move", async () => {
      const engine = await start();
      const dependsOn = [{ containerName: "first", condition: "COMPLETE" }];
      const task = under.task([
        { name: "first", does: "run", essential: false },
        { name: "second", does: "run", dependsOn },
      ]);
      await under.resolve(engine.addTask(task));
      const first = () => engine.getTaskByArn(task.arn)?.containers.find((each) => each.name === "first");
      await under.until(engine, () => first()?.knownStatus === "RUNNING");
      const blockers = engine.whyBlocked(task.arn);
      expect(blockers.length).toBeGreaterThan(0);
      expect(JSON.stringify(blockers)).toContain("first");
    });

    it("removes a stopped task and leaves nothing of it", async () => {
      const engine = await start();
      const task = under.task([{ name: "job", does: "exit3" }]);
      await run(task, "STOPPED");
      await under.resolve(engine.removeTask(task.arn));
      expect(engine.getTaskByArn(task.arn)).toBeUndefined();
      expect(engine.listTasks()).toEqual([]);
      expect(await under.containersOf(task)).toEqual([]);
    });

    it("takes no new tasks once it is disabled, and manages those that it has", async () => {
      const engine = await start();
      const task = under.task([{ name: "web", does: "run" }]);
      await run(task);
      engine.disable();
      await expect(engine.addTask(under.task([{ name: "late", does: "run" }]))).rejects.toMatchObject(DISABLED);
      expect(await under.resolve(engine.stopTask(task.arn))).toBe(true);
      await under.until(engine, () => statusOf(task) === "STOPPED");
    });

    it("shuts down and leaves containers running; after that only its state can be read", async () => {
      const engine = await start();
      const task = under.task([{ name: "web", does: "run" }]);
      await run(task);
      await under.resolve(engine.shutdown());
      expect((await under.containersOf(task)).map(({ isRunning }) => isRunning)).toEqual([true]);
      await expect(engine.addTask(task)).rejects.toMatchObject(DISABLED);
      expect(() => engine.listTasks()).toThrow(expect.objectContaining(DISABLED));
      expect(engine.toJSON().tasks.map(({ arn }) => arn)).toEqual([task.arn]);
    });

    it("another engine carries on from the saved state", async () => {
      const engine = await start();
      const task = under.task([{ name: "web", does: "run" }]);
      await run(task);
      await under.resolve(engine.shutdown());
      const next = under.another();
      next.restoreFromJSON(JSON.stringify(engine));
      await under.resolve(next.init());
      expect(next.getTaskByArn(task.arn)).toMatchObject({ knownStatus: "RUNNING" });
      expect(await under.containersOf(task)).toHaveLength(1);
      await under.resolve(next.stopTask(task.arn, { force: true }));
      await under.until(next, () => next.getTaskByArn(task.arn)?.knownStatus === "STOPPED");
      await under.resolve(next.shutdown());
    });

    it("refuses a state that is none, and one that comes when it is initialised", async () => {
      const { engine } = under;
      for (const input of ["no JSON", {}, undefined, { format: "berth-state", version: 999 }]) {
        expect(() => engine.restoreFromJSON(input)).toThrow(expect.objectContaining({ name: "InvalidInputError" }));
      }
      expect(engine.toJSON().tasks).toEqual([]);
      await start();
      const own = JSON.stringify(engine);
      expect(() => engine.restoreFromJSON(own)).toThrow(expect.objectContaining({ name: "InvalidInputError" }));
    });

    it("saves in a second place before it acts, until told to end that", async () => {
      const { engine } = under;
      const saved: string[] = [];
      engine.setSaver({ save: async () => void saved.push(JSON.stringify(engine)) });
      await start();
      const task = under.task([{ name: "job", does: "exit3" }]);
      await run(task, "STOPPED");
      expect(saved.some((text) => text.includes(task.arn))).toBe(true);
      engine.setSaver(undefined);
      const count = saved.length;
      await run(under.task([{ name: "job", does: "exit3" }]), "STOPPED");
      expect(saved).toHaveLength(count);
    });

    it("tells observers until they leave", async () => {
      const engine = await start();
      const [heard, left]: [EngineEvent[], EngineEvent[]] = [[], []];
      engine.subscribe((event) => void heard.push(event));
      const leave = engine.subscribe((event) => void left.push(event));
      leave();
      const task = under.task([{ name: "job", does: "exit3" }]);
      await run(task, "STOPPED");
      await under.resolve(engine.removeTask(task.arn));
      expect(left).toEqual([]);
      const statuses = heard.flatMap((event) => (event.type === "task" ? [event.task.knownStatus] : []));
      expect(statuses.at(-1)).toBe("STOPPED");
      expect(heard.at(-1)).toEqual({ type: "removed", taskArn: task.arn });
    });

    it("tells the daemon's version", async () => {
      const engine = await start();
      expect(await under.resolve(engine.version())).toMatch(/\d/);
    });
  });
}
