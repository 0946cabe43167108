/** The daemon is killed and started again, as a crash or an upgrade of Docker does, at the worst moments. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Task } from "../../src/core/task.ts";
import { oneByOne } from "../../src/testing/one-by-one.ts";
import { startBerth } from "../cli/berth-command.ts";
import { IMAGE, realDaemon } from "../docker-client/real-daemon.ts";
import { DaemonControl, eventually, hasOwnDaemon, lasts, lives } from "./daemon-control.ts";
import { FaultWorld, SERVES } from "./fault-world.ts";
import { noteFigures } from "./figures.ts";

const TASKS = 6;
const ROUNDS = Number(process.env.BERTH_TEST_FAULT_ROUNDS ?? 1);
const LIMIT_MS = 60_000 * (1 + ROUNDS);

let daemon: DaemonControl;
let world: FaultWorld;

describe.runIf(hasOwnDaemon)("a daemon that is killed and comes back", () => {
  beforeEach(async () => {
    daemon = new DaemonControl();
    world = await FaultWorld.open();
  });
  afterEach(async () => {
    expect(await world.close()).toEqual([]);
  });

  /** Adds tasks, and resolves when so many of their containers have come so far. */
  async function addUntil(count: number, status: "PULLED" | "CREATED" | "RUNNING"): Promise<readonly Task[]> {
    const tasks = await Promise.all(Array.from({ length: TASKS }, () => world.add([{ name: "web" }])));
    const arrived = () => tasks.filter((task) => world.container(task, "web").knownStatus === status).length >= count;
    await new Promise<void>((resolve) => {
      const unsubscribe = world.engine.subscribe(() => {
        if (!arrived()) return;
        unsubscribe();
        resolve();
      });
    });
    return tasks;
  }

  for (const moment of ["PULLED", "CREATED", "RUNNING"] as const) {
    it(
      `while tasks start, the first of them ${moment}: all of them run, each container is there once`,
      async () => {
        for (let round = 1; round <= ROUNDS; round += 1) {
          const tasks = await addUntil(1 + (round % TASKS), moment);
          await daemon.kill();
          const began = performance.now();
          await daemon.start();
          const daemonMs = performance.now() - began;
          for (const task of tasks) await world.untilStatus(task, "RUNNING");
          noteFigures("daemon killed while tasks start", { moment, daemonMs, recoveryMs: performance.now() - began });
          for (const task of tasks) {
            expect(world.now(task).containers.map(({ error }) => error)).toEqual([undefined]);
            await eventually(() => world.told(task).length === 2, 10_000, "the changes to be read");
            expect(world.told(task)).toEqual(["web RUNNING", "task RUNNING"]);
          }
          expect(await world.disorder()).toEqual([]);
        }
      },
      LIMIT_MS,
    );
  }

  it("while tasks run: who runs on is the same process, who ended meanwhile has its own exit code", async () => {
    const lasting = await world.add([{ name: "web" }]);
    const ending = await world.add([{ name: "job", script: "while [ ! -e /end ]; do sleep 0.1; done; exit 5" }]);
    const quick = await world.add([{ name: "job", script: "sleep 3; exit 6" }]);
    for (const task of [lasting, ending, quick]) await world.untilStatus(task, "RUNNING");
    const pid = await pidOf(lasting, "web");
    const quickPid = await pidOf(quick, "job");
    await daemon.kill();
    await eventually(() => !lives(quickPid), 20_000, "the job to end without a daemon");
    await daemon.start();
    const ended = await world.untilStatus(quick, "STOPPED");
    expect(ended).toMatchObject({
      stopCode: "EssentialContainerExited",
      stoppedReason: "Essential container in task exited",
    });
    expect(ended.containers[0]).toMatchObject({ exitCode: 6 });
    expect(ended.containers[0]?.error).toBeUndefined();
    expect(world.now(lasting)).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
    expect(world.now(ending)).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
    expect(await pidOf(lasting, "web")).toBe(pid);
  });

  it("while tasks stop: the stop is completed, with the reason and the exit codes that it would have had", async () => {
    const polite = await world.add([
      { name: "web", stopTimeout: 20, script: "trap 'echo stopping; sleep 2; exit 7' TERM; sleep 1000 & wait" },
    ]);
    const deaf = await world.add([
      { name: "web", stopTimeout: 4, script: "trap '' TERM; while :; do sleep 0.2; done" },
    ]);
    for (const task of [polite, deaf]) await world.untilStatus(task, "RUNNING");
    for (const task of [polite, deaf]) await world.engine.stopTask(task.arn, { reason: "bye" });
    await sees(polite, "web", "stopping");
    await daemon.restart();
    const stopped = await world.untilStatus(polite, "STOPPED");
    expect(stopped).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "bye" });
    expect(stopped.containers[0]?.exitCode).toBe(7);
    const killed = await world.untilStatus(deaf, "STOPPED");
    expect(killed).toMatchObject({ stopCode: "UserInitiated", stoppedReason: "bye" });
    expect(killed.containers[0]?.exitCode).toBe(137);
  });

  it("in the middle of `berth run`: the task is neither lost nor killed, and its log is complete", async () => {
    const lines = 30;
    const script = `i=1; while [ $i -le ${lines} ]; do echo line $i; i=$((i+1)); sleep 0.5; done`;
    const definition = {
      family: "daemon-restart",
      containerDefinitions: [{ name: "job", image: IMAGE, memory: 16, command: ["sh", "-c", script] }],
    };
    const berth = await startBerth(["run", "-"], {
      env: { DOCKER_HOST: realDaemon() },
      stdin: JSON.stringify(definition),
    });
    await berth.seen(/line 8\b/);
    await daemon.restart();
    const { code, stdout, stderr } = await berth.result;
    const told = [...`${stdout}${stderr}`.matchAll(/\bline (\d+)/g)].map(([, number]) => Number(number));
    expect(told).toEqual(Array.from({ length: lines }, (_, index) => index + 1));
    expect(code).toBe(0);
  });

  it("a second time before everything has recovered", async () => {
    const tasks = await addUntil(1, "CREATED");
    await daemon.restart();
    await daemon.restart();
    for (const task of tasks) await world.untilStatus(task, "RUNNING");
    expect(await world.disorder()).toEqual([]);
  });

  async function pidOf(task: Task, name: string): Promise<number> {
    const { dockerName } = world.container(task, name);
    return (await world.docker.inspectContainer(dockerName))?.pid ?? 0;
  }

  async function sees(task: Task, name: string, text: string): Promise<void> {
    const { dockerId } = world.container(task, name);
    if (dockerId === undefined) throw new Error(`Cannot read the log of ${name}: it has no id`);
    for await (const line of oneByOne(world.docker.logs(dockerId, { follow: true }))) if (line.text === text) return;
  }
});

describe.runIf(hasOwnDaemon)("a daemon that hangs", () => {
  const PAUSE_MS = 1_000 * Number(process.env.BERTH_TEST_PAUSE_SECONDS ?? 30);

  beforeEach(async () => {
    daemon = new DaemonControl();
    world = await FaultWorld.open();
  });
  afterEach(async () => {
    expect(await world.close()).toEqual([]);
  });

  it(
    `for ${PAUSE_MS} ms: what was asked meanwhile is done afterwards, what ran is left alone`,
    async () => {
      const running = await world.add([{ name: "web" }]);
      const stopping = await world.add([{ name: "web" }]);
      const ending = await world.add([{ name: "job", script: "sleep 2; exit 5" }]);
      for (const task of [running, stopping, ending]) await world.untilStatus(task, "RUNNING");
      daemon.pause();
      const [added] = await Promise.all([world.add([{ name: "late", script: SERVES }]), lasts(PAUSE_MS)]);
      await world.engine.stopTask(stopping.arn, { reason: "bye" });
      const states = [running, stopping, ending].map((task) => world.now(task).knownStatus);
      expect(states).toEqual(["RUNNING", "RUNNING", "RUNNING"]);
      await daemon.resume();
      const began = performance.now();
      await world.untilStatus(added, "RUNNING");
      expect(await world.untilStatus(stopping, "STOPPED")).toMatchObject({ stoppedReason: "bye" });
      const ended = await world.untilStatus(ending, "STOPPED");
      noteFigures("daemon paused", { pauseMs: PAUSE_MS, recoveryMs: performance.now() - began });
      expect(ended.containers[0]).toMatchObject({ exitCode: 5 });
      expect(ended.containers[0]?.error).toBeUndefined();
      expect(world.now(running)).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
      expect(await world.disorder()).toEqual([]);
    },
    LIMIT_MS + PAUSE_MS,
  );

  it("whose socket is away for a while: tasks wait, and run when it is back", async () => {
    const stopping = await world.add([{ name: "web" }]);
    await world.untilStatus(stopping, "RUNNING");
    daemon.hideSocket();
    let tasks: readonly Task[];
    try {
      tasks = await Promise.all(Array.from({ length: TASKS }, () => world.add([{ name: "web" }])));
      await world.engine.stopTask(stopping.arn, { reason: "bye" });
      await lasts(3_000);
    } finally {
      daemon.showSocket();
    }
    for (const task of tasks) await world.untilStatus(task, "RUNNING");
    expect(await world.untilStatus(stopping, "STOPPED")).toMatchObject({ stoppedReason: "bye" });
    expect(await world.disorder()).toEqual([]);
  });
});
