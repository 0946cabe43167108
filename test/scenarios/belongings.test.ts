/** What tasks use beside containers: ports, volumes, resources, images that are there, a log router. */
import { describe, expect, it } from "vitest";
import { DockerTaskEngine } from "../../src/agent/docker-task-engine.ts";
import { cgroupResource } from "../../src/core/resources/cgroup.ts";
import type { TaskResourceAdapter } from "../../src/ports/task-resource.ts";
import { attempts, exits, runsForever } from "../../src/testing/index.ts";
import { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { runningTask, startedHost } from "./started-host.ts";

describe("host ports", () => {
  it("PORT-9: are still told with the STOPPED of their container", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(0, { afterMs: 5_000 }) });
    const task = host.task([{ name: "web", portMappings: [{ containerPort: 80 }] }]);
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    await host.clock.settle();
    const bindings = [{ bindIP: "0.0.0.0", containerPort: 80, hostPort: 32_768, protocol: "tcp" }];
    const stopped = host.changes.find((change) => change.type === "container" && change.status === "STOPPED");
    expect(stopped).toMatchObject({ networkBindings: bindings });
    expect(host.container(task, "web").networkBindings).toEqual(bindings);
  });

  it("PORT-10: stay the same over a restart by policy", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: attempts(exits(1, { afterMs: 70_000 }), runsForever()) });
    const restartPolicy = { enabled: true, restartAttemptPeriod: 60 };
    const task = await runningTask(host, [{ name: "web", portMappings: [{ containerPort: 80 }], restartPolicy }]);
    const before = host.docker.find("web")?.ports;
    await host.clock.advance(100_000);
    expect(host.container(task, "web")).toMatchObject({ knownStatus: "RUNNING", restart: { count: 1 } });
    expect(host.docker.find("web")?.ports).toEqual(before);
    expect(host.container(task, "web").networkBindings).toMatchObject([{ hostPort: 32_768 }]);
  });
});

describe("volumes", () => {
  it("CLN-2: shared ones stay after the clean-up of their task", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(0) });
    const shared = { scope: "shared", driver: "local", autoprovision: true };
    const task = host.task([{ name: "web", mountPoints: [{ sourceVolume: "data", containerPath: "/d" }] }], {
      volumes: [{ name: "data", dockerVolumeConfiguration: shared }],
    });
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    await host.clock.resolve(host.engine.removeTask(task.arn));
    expect(host.docker.containers()).toEqual([]);
    const left = await host.clock.resolve(host.docker.client().listVolumes({ labels: {} }));
    expect(left.map(({ name }) => name)).toEqual(["data"]);
  });
});

describe("a resource of a task", () => {
  it("EN-13: is made before the containers and cleaned up once, after them", async () => {
    const host = new SimulatedHost();
    const calls: string[] = [];
    host.docker.onEvent(({ type, action }) => type === "container" && calls.push(action));
    const adapter: TaskResourceAdapter = {
      type: "cgroup",
      plan: () => [cgroupResource("/ecs/1")],
      create: async () => void calls.push("set up"),
      remove: async () => void calls.push("clean up"),
    };
    const engine = new DockerTaskEngine({
      client: host.docker.client(),
      clock: host.clock,
      random: host.random,
      resources: [adapter],
    });
    await host.clock.resolve(engine.init());
    host.docker.container("web", { run: exits(0, { afterMs: 100 }) });
    const task = host.task([{ name: "web" }]);
    await host.clock.resolve(engine.addTask(task));
    await host.clock.runUntil(() => engine.getTaskByArn(task.arn)?.knownStatus === "STOPPED");
    await host.clock.resolve(engine.removeTask(task.arn));
    expect(calls).toEqual(["set up", "create", "start", "die", "destroy", "clean up"]);
  });
});

describe("a task that is being removed", () => {
  it("EN-14: is removed although events about its containers keep coming", async () => {
    const host = await startedHost();
    host.docker.container("web", { run: exits(0, { afterMs: 100 }) });
    const task = host.task([{ name: "web" }]);
    await host.add(task);
    await host.untilStatus(task, "STOPPED");
    const { dockerId } = host.container(task, "web");
    if (dockerId === undefined) throw new Error("it was created");
    host.docker.faults.always("events", { kind: "eventDoubled", afterMs: 50 });
    host.docker.faults.next("removeContainer", { kind: "latency", ms: 5_000 });
    const removal = host.engine.removeTask(task.arn);
    for (let round = 0; round < 3; round += 1) {
      await host.clock.resolve(host.docker.client().startContainer(dockerId));
      await host.clock.advance(500);
    }
    await host.clock.resolve(removal);
    await host.clock.advance(60_000);
    expect(host.docker.containers()).toEqual([]);
    expect(host.engine.listTasks()).toEqual([]);
  });
});

describe("an image that cannot be pulled anew", () => {
  // The old engine put the pull's error into the reason of RUNNING; what runs has no reason for an end (W-27).
  it("EN-70: is used as it is under default; the failure is a warning, and not the reason of anything", async () => {
    const host = await startedHost();
    host.docker.image("registry.example/app:1");
    host.docker.registry.setReachable("registry.example", false);
    const asked: string[] = [];
    host.docker.onCall(({ operation, outcome }) => asked.push(`${operation} ${outcome === "ok" ? "ok" : "error"}`));
    await runningTask(host, [{ name: "web", image: "registry.example/app:1" }]);
    expect(asked.filter((each) => each.startsWith("inspectDistribution"))).toEqual(
      Array(2).fill("inspectDistribution error"),
    );
    await host.clock.settle();
    const running = host.changes.find((change) => change.type === "container" && change.status === "RUNNING");
    expect(running).not.toHaveProperty("reason");
  });
});

describe("a log router", () => {
  it("FL-7: that restarts by policy leaves the application running", async () => {
    const host = await startedHost();
    host.docker.container("router", { run: attempts(exits(1, { afterMs: 70_000 }), runsForever()) });
    const task = await runningTask(host, [
      {
        name: "router",
        firelensConfiguration: { type: "fluentbit" },
        restartPolicy: { enabled: true, restartAttemptPeriod: 60 },
      },
      { name: "app", logConfiguration: { logDriver: "awsfirelens", options: { Name: "stdout" } } },
    ]);
    const started = host.container(task, "app").startedAt;
    await host.clock.advance(100_000);
    expect(host.container(task, "router")).toMatchObject({ knownStatus: "RUNNING", restart: { count: 1 } });
    expect(host.container(task, "app")).toMatchObject({ knownStatus: "RUNNING", startedAt: started });
    expect(host.now(task)).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
  });
});
