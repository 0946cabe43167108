/** The whole engine over the simulated daemon: life cycles, stops, failures. */
import { describe, expect, it } from "vitest";
import { asDockerName } from "../../src/core/brand.ts";
import {
  attempts,
  commandNotFound,
  exits,
  handlesSigterm,
  healthyAfter,
  ignoresSigterm,
  oomKilled,
  runsForever,
} from "../../src/testing/index.ts";
import type { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { runningTask, startedHost } from "./started-host.ts";

describe("DockerTaskEngine", () => {
  it("EH-5, EH-12, EN-8, EN-9: a container that runs and exits is told as RUNNING and STOPPED, container before task, and nothing else", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(3, { afterMs: 500 }) });
    const task = host.task([{ name: "web" }]);
    await host.add(task);
    const ended = await host.untilStatus(task, "STOPPED");
    expect(host.told(task).filter((each) => !each.includes("MANIFEST"))).toEqual([
      "web RUNNING",
      "task RUNNING",
      "web STOPPED",
      "task STOPPED",
    ]);
    expect(ended.containers[0]?.exitCode).toBe(3);
    expect(ended.stopCode).toBe("EssentialContainerExited");
  });

  it("EN-5: stopping twice is harmless and the task ends once", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: handlesSigterm({ afterMs: 100, exitCode: 0 }) });
    const task = await runningTask(host, [{ name: "web" }]);
    await host.engine.stopTask(task.arn, { reason: "enough" });
    await host.engine.stopTask(task.arn, { reason: "again" });
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.stoppedReason).toBe("enough");
    expect(ended.stopCode).toBe("UserInitiated");
    expect(host.told(task).filter((each) => each === "task STOPPED")).toHaveLength(1);
  });

  it("EN-6, CORE-10: a dependency cycle stops the task without a Docker call", async () => {
    const host = await startedHost();
    const task = host.task([{ name: "a" }, { name: "b" }]);
    const [a, b] = task.containers;
    if (a === undefined || b === undefined) throw new Error("two containers");
    const cyclic = {
      ...task,
      containers: [
        { ...a, dependencies: [{ containerName: b.name, condition: "START", source: "dependsOn" } as const] },
        { ...b, dependencies: [{ containerName: a.name, condition: "START", source: "dependsOn" } as const] },
      ],
    };
    await host.add(cyclic);
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.stoppedReason).toContain("TaskDependencyError: Task dependencies cannot be resolved, taskArn: ");
    expect(ended.stoppedReason).toContain("a -> b -> a");
    expect(host.docker.containers()).toEqual([]);
  });

  it("ORD-6: a HEALTHY dependant starts with the first healthy report", async () => {
    const host = await startedHost();
    host.docker.container("db", { run: runsForever(), health: healthyAfter(2) });
    const check = { command: ["CMD", "check"], interval: 5, timeout: 2, retries: 3 };
    await runningTask(host, [
      { name: "db", healthCheck: check },
      { name: "web", dependsOn: [{ containerName: "db", condition: "HEALTHY" }] },
    ]);
    expect(host.clock.elapsedMs).toBeGreaterThanOrEqual(10_000);
    expect(host.clock.elapsedMs).toBeLessThan(11_000);
  });

  it("ORD-12, STOP-1: a container that ignores SIGTERM is killed after its stop timeout", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: ignoresSigterm() });
    const task = await runningTask(host, [{ name: "web", stopTimeout: 5 }]);
    const before = host.clock.elapsedMs;
    await host.engine.stopTask(task.arn);
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.containers[0]?.exitCode).toBe(137);
    expect(host.clock.elapsedMs - before).toBe(5_000);
  });

  it("stopTask({force}) kills at once, also while a stop is under way", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: ignoresSigterm() });
    const task = await runningTask(host, [{ name: "web", stopTimeout: 60 }]);
    await host.engine.stopTask(task.arn);
    await host.clock.advance(1_000);
    const before = host.clock.elapsedMs;
    await host.engine.stopTask(task.arn, { force: true });
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.containers[0]?.exitCode).toBe(137);
    expect(host.clock.elapsedMs - before).toBeLessThan(1_000);
  });

  it("W-29: a command that does not exist ends the task with exit code 127 and the daemon's text", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: commandNotFound("nope") });
    const task = host.task([{ name: "web" }]);
    await host.add(task);
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.stopCode).toBe("TaskFailedToStart");
    expect(ended.containers[0]).toMatchObject({ exitCode: 127, error: { name: "CannotStartContainerError" } });
  });

  it("STOP-8: an OOM kill is the reason", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: oomKilled({ afterMs: 100 }) });
    const task = host.task([{ name: "web" }]);
    await host.add(task);
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.containers[0]).toMatchObject({
      exitCode: 137,
      error: { name: "OutOfMemoryError", message: "Container killed due to memory usage" },
    });
  });

  it("REASON-2, IMG-1: an image that nobody has fails the start with the pull's error", async () => {
    const host = await startedHost();
    const task = host.task([{ name: "web", image: "missing:1" }]);
    await host.add(task);
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.stopCode).toBe("TaskFailedToStart");
    expect(ended.containers[0]?.error?.name).toBe("CannotPullContainerError");
    expect(ended.stoppedReason).toMatch(/^CannotPullContainerError: /);
  });

  it("CLN-1, CLN-7, CLN-8, EN-11: containers and volumes stay for the wait, then all of it is gone", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(0, { afterMs: 10 }) });
    const task = host.task([{ name: "web", mountPoints: [{ sourceVolume: "data", containerPath: "/d" }] }], {
      volumes: [{ name: "data" }],
    });
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    await host.clock.advance(3 * 60 * 60_000 - 1_000);
    expect(host.docker.containers()).toHaveLength(1);
    await host.clock.advance(10_000);
    expect(host.docker.containers()).toEqual([]);
    expect(await host.clock.resolve(host.docker.client().listVolumes({ labels: {} }))).toEqual([]);
    expect(host.engine.listTasks()).toEqual([]);
  });

  it("CLN-3: what was not acknowledged is not removed", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(0) });
    host.disconnect();
    const task = host.task([{ name: "web" }]);
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    await host.clock.advance(10 * 60 * 60_000);
    expect(host.docker.containers()).toHaveLength(1);
  });

  it("removeTask removes a stopped task at once and resolves when it is gone", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(0) });
    const task = host.task([{ name: "web" }]);
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    await host.clock.resolve(host.engine.removeTask(task.arn));
    expect(host.docker.containers()).toEqual([]);
    expect(host.engine.getTaskByArn(task.arn)).toBeUndefined();
  });

  it("EVT-3, CORE-14, W-20: a stop while the daemon is away ends nothing until it is back", async () => {
    const host = await startedHost();
    host.docker.state.liveRestore = true;
    const task = await runningTask(host, [{ name: "web" }]);
    host.docker.stopDaemon();
    await host.engine.stopTask(task.arn);
    await host.clock.advance(60_000);
    expect(host.now(task).knownStatus).toBe("RUNNING");
    host.docker.startDaemon();
    const ended = await host.untilStatus(task, "STOPPED");
    expect(ended.stopCode).toBe("UserInitiated");
  });

  it("EVT-1: a daemon restart with live-restore changes no status", async () => {
    const host = await startedHost();
    host.docker.state.liveRestore = true;
    const task = await runningTask(host, [{ name: "web" }, { name: "sidecar" }]);
    const told = host.told(task).length;
    host.docker.restartDaemon({ downMs: 5_000 });
    await host.clock.advance(60_000);
    expect(host.now(task).knownStatus).toBe("RUNNING");
    expect(host.told(task)).toHaveLength(told);
  });

  it("EVT-2: a daemon restart without live-restore ends the containers with their exit codes", async () => {
    const host = await startedHost();
    const task = await runningTask(host, [{ name: "web" }]);
    host.docker.restartDaemon({ downMs: 5_000 });
    const ended = await host.untilStatus(task, "STOPPED", 120_000);
    expect(ended.containers[0]?.exitCode).toBeTypeOf("number");
    expect(ended.stopCode).toBe("EssentialContainerExited");
  });

  it("EN-40, EVT-4: an exit whose event is lost is found by the relist", async () => {
    const host = await startedHost();
    const task = await runningTask(host, [{ name: "web" }]);
    host.docker.faults.always("events", { kind: "eventLost" });
    host.docker.signal("web", "SIGKILL");
    const ended = await host.untilStatus(task, "STOPPED", 60_000);
    expect(ended.containers[0]?.exitCode).toBe(137);
  });

  it("W-23, MT-61: a container that somebody starts again after its end is stopped again", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: runsForever() });
    const task = await runningTask(host, [{ name: "web" }]);
    await host.engine.stopTask(task.arn);
    await host.untilStatus(task, "STOPPED");
    const dockerId = host.container(task, "web").dockerId;
    if (dockerId === undefined) throw new Error("created");
    await host.clock.resolve(host.docker.client().startContainer(dockerId));
    await host.clock.advance(60_000);
    expect(host.docker.find("web")?.status).toBe("stopped");
    expect(host.told(task).filter((each) => each === "web STOPPED")).toHaveLength(1);
  });

  /** Starts somebody else's container on as many host ports as are given out first; the engine does not know. */
  async function takePorts(host: SimulatedHost, count: number): Promise<void> {
    const client = host.docker.client();
    for (let port = 32_768; port < 32_768 + count; port += 1) {
      const HostConfig = { PortBindings: { "1/tcp": [{ HostPort: String(port) }] } };
      const body = { Image: "app", ExposedPorts: { "1/tcp": {} }, HostConfig };
      const theirs = await host.clock.resolve(client.createContainer({ name: asDockerName(`theirs-${port}`), body }));
      await host.clock.resolve(client.startContainer(theirs.dockerId));
    }
  }

  it.each([1, 2, 10])(
    "a host port that was taken between choice and bind, %d times, is chosen again",
    async (taken) => {
      const host = await startedHost();
      await takePorts(host, taken);
      const task = await runningTask(host, [{ name: "web", portMappings: [{ containerPort: 80 }] }]);
      await host.clock.advance(1_000);
      expect(host.container(task, "web").networkBindings).toMatchObject([{ hostPort: 32_768 + taken }]);
      expect(host.docker.containers().filter((each) => !each.dockerName.startsWith("theirs"))).toHaveLength(1);
    },
  );

  it("a host port that is taken again and again fails the start with Docker's text", async () => {
    const host = await startedHost();
    await takePorts(host, 11);
    const task = host.task([{ name: "web", portMappings: [{ containerPort: 80 }] }]);
    await host.add(task);
    expect((await host.untilStatus(task, "STOPPED")).stoppedReason).toContain("port is already allocated");
  });

  it("of an awsvpc task's ports only those move that are taken", async () => {
    const host = await startedHost();
    const taken = [8081, 8083, 8085];
    for (const port of taken) host.docker.state.ports.occupy(port);
    const portMappings = Array.from({ length: 6 }, (_, index) => ({ containerPort: 8080 + index }));
    const task = await runningTask(host, [{ name: "web", portMappings }], { networkMode: "awsvpc" });
    const leases = host.container(task, "~internal~ecs~pause").hostPorts;
    const kept = leases.filter(({ containerPort, hostPort }) => containerPort === hostPort);
    expect(kept.map(({ hostPort }) => hostPort)).toEqual([8080, 8082, 8084]);
    expect(leases).toHaveLength(6);
  });

  it("a fixed host port that is taken is not tried again because another one of the container could move", async () => {
    const host = await startedHost();
    const started: string[] = [];
    host.docker.onCall(({ operation, subject }) => operation === "startContainer" && started.push(subject));
    host.docker.state.ports.occupy(8080);
    const portMappings = [{ containerPort: 80, hostPort: 8080 }, { containerPort: 81 }];
    const task = host.task([{ name: "web", portMappings }]);
    await host.add(task);
    expect((await host.untilStatus(task, "STOPPED")).stoppedReason).toContain("8080");
    expect(started).toHaveLength(1);
  });

  it("a fixed host port that is taken fails the start with Docker's text", async () => {
    const host = await startedHost();
    const first = host.task([{ name: "web", portMappings: [{ containerPort: 80, hostPort: 8080 }] }]);
    const second = host.task([{ name: "web", portMappings: [{ containerPort: 80, hostPort: 8080 }] }]);
    await host.add(first);
    await host.untilStatus(first, "RUNNING");
    await host.add(second);
    const ended = await host.untilStatus(second, "STOPPED");
    expect(ended.stopCode).toBe("TaskFailedToStart");
    expect(ended.stoppedReason).toContain("port is already allocated");
  });

  it("HRM-1, RESOURCE: with totals given, a taken port makes the second task wait, and an impossible one is refused", async () => {
    const hostTotals = { cpuUnits: 1024, memoryMiB: 4096, reservedTcp: [], reservedUdp: [], gpus: [] };
    const host = await startedHost({ hostTotals });
    const onPort = () => host.task([{ name: "web", portMappings: [{ containerPort: 80, hostPort: 8080 }] }]);
    const [first, second, big] = [onPort(), onPort(), host.task([{ name: "web", cpu: 2048 }])];
    for (const task of [first, second, big]) await host.add(task);
    await host.untilStatus(first, "RUNNING");
    expect(host.engine.whyBlocked(second.arn)).toEqual([{ type: "hostResources", resources: ["PORTS_TCP"] }]);
    const refused = await host.untilStatus(big, "STOPPED");
    expect(refused.stoppedReason).toContain("RESOURCE:CPU");
    await host.engine.stopTask(first.arn);
    await host.untilStatus(second, "RUNNING");
  });

  it("PORT-1: RUNNING is told with the host ports", async () => {
    const host = await startedHost();
    await runningTask(host, [{ name: "web", portMappings: [{ containerPort: 80 }] }]);
    await host.clock.settle();
    const running = host.changes.find((change) => change.type === "container" && change.status === "RUNNING");
    expect(running).toMatchObject({ networkBindings: [{ containerPort: 80, hostPort: 32_768, protocol: "tcp" }] });
  });

  it("RST: without a period a container that ends before the 300 s that AWS fills in stays stopped, and the task ends", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(1, { afterMs: 299_000 }) });
    const task = host.task([{ name: "web", restartPolicy: { enabled: true } }]);
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    expect(host.container(task, "web")).toMatchObject({ exitCode: 1, restart: { count: 0 } });
  });

  it("STOP: a stop timeout of 0 is not set, and leaves the 30 s of grace", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: handlesSigterm({ afterMs: 29_000 }) });
    const task = await runningTask(host, [{ name: "web", startTimeout: 0, stopTimeout: 0 }]);
    await host.engine.stopTask(task.arn);
    await host.untilStatus(task, "STOPPED");
    expect(host.container(task, "web").exitCode).toBe(0);
  });

  it("RST: a container that ends at once is restarted where a program sets an attempt period of 0, again and again", async () => {
    const host = await startedHost();
    const atOnce = exits(1, { afterMs: 1 });
    host.docker.container("web", { run: attempts(atOnce, atOnce, atOnce, runsForever()) });
    const task = host.task([{ name: "web" }]);
    const [web] = task.containers;
    if (web === undefined) throw new Error("one container");
    await host.add({ ...task, containers: [{ ...web, restartPolicy: { enabled: true, restartAttemptPeriod: 0 } }] });
    await host.clock.advance(5_000);
    expect(host.container(task, "web")).toMatchObject({ knownStatus: "RUNNING", restart: { count: 3 } });
  });
});
