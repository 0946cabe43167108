/** Containers made and started, with their ports, over a daemon that refuses. Source: engine-modern 17.2, 21.2. */
import { describe, expect, it } from "vitest";
import type { PortMapping } from "../core/definition/types.ts";
import type { Container, HostPortLease, Task } from "../core/task.ts";
import type { ContainerFacts } from "../ports/container-factory.ts";
import type { ImageService } from "../ports/image-service.ts";
import { type MetadataManager, NO_METADATA } from "../ports/metadata-manager.ts";
import { aContainer, aDefinition, aTask } from "../testing/builders.ts";
import { MemoryLog } from "../testing/memory-log.ts";
import { aWorld } from "../testing/simulated-docker/test-world.ts";
import { CallGate } from "./call-gate.ts";
import { ContainerCalls, DEFAULT_CALL_LIMITS } from "./container-calls.ts";
import { ContainerLauncher } from "./container-launcher.ts";
import { fixedLimits } from "./gate-limit.ts";
import { HostPortAllocator, portOwner } from "./host-port-allocator.ts";

const ENVIRONMENT = {
  secrets: { PASSWORD: "s" },
  files: [["FROM", "file"]] as const,
  logOptions: { token: "t" },
};

function taskOf(portMappings: readonly PortMapping[], members: object = {}): Task {
  const definition = aDefinition({ networkMode: "bridge", containerDefinitions: [{ portMappings, ...members }] });
  return aTask({ definition, containers: [aContainer()] });
}

const web = (task: Task, partial: Partial<Container> = {}): Container => ({
  ...(task.containers[0] as Container),
  ...partial,
});
const tcp = (containerPort: number, hostPort?: number): PortMapping => ({
  containerPort,
  protocol: "tcp",
  ...(hostPort === undefined ? {} : { hostPort }),
});

function setUp({ metadata = NO_METADATA, newest }: { metadata?: MetadataManager; newest?: Task } = {}) {
  const world = aWorld();
  const { clock, client } = world;
  const ended = new AbortController();
  const log = new MemoryLog();
  const made: { task: Task; container: Container; facts: ContainerFacts }[] = [];
  const hostPorts = new HostPortAllocator({ range: { first: 40_000, last: 40_009 }, probe: async () => true });
  const launcher = new ContainerLauncher({
    client,
    calls: new ContainerCalls(client, clock, DEFAULT_CALL_LIMITS, ended.signal),
    images: { environmentOf: async () => ["PATH=/bin"] } as Pick<ImageService, "environmentOf"> as ImageService,
    environment: { environmentOf: () => ENVIRONMENT },
    metadata,
    factory: (task, container, facts) => {
      made.push({ task, container, facts });
      const bindings = container.hostPorts.map(({ containerPort, protocol, hostPort }) => [
        `${containerPort}/${protocol}`,
        [{ HostPort: String(hostPort) }],
      ]);
      return {
        Image: "app",
        Env: ["OWN=1"],
        HostConfig: { PortBindings: Object.fromEntries(bindings), Binds: ["/own:/own"], Privileged: false },
      };
    },
    createGate: new CallGate(clock, fixedLimits(4)),
    startGate: new CallGate(clock, fixedLimits(4)),
    hostPorts,
    log,
    signal: ended.signal,
    taskOf: () => newest,
  });
  const free = async (count = 10) =>
    (await hostPorts.lease("all", [{ containerPort: 1, count, protocol: "tcp", choice: "dynamic" }])).length;
  const create = async (task: Task) => {
    const result = await clock.resolve(launcher.create(task, web(task)));
    if (!result.ok || result.dockerId === undefined) throw new Error("Cannot go on: it was not made");
    return { dockerId: result.dockerId, hostPorts: result.hostPorts ?? [] };
  };
  const start = (
    task: Task,
    made_: { dockerId: NonNullable<Container["dockerId"]>; hostPorts: readonly HostPortLease[] },
  ) => launcher.start(task, web(task, made_), made_.dockerId);
  return { ...world, launcher, hostPorts, made, log, ended, free, create, start };
}

const portsOf = (result: unknown) =>
  (result as { hostPorts?: readonly HostPortLease[] }).hostPorts?.map((each) => each.hostPort);

describe("ContainerLauncher.create()", () => {
  it("hands the factory the newest task, the leased ports, and what is in no row", async () => {
    const task = taskOf([tcp(80), tcp(81)]);
    const newest = { ...task, startedAt: task.createdAt };
    const { made, create } = setUp({ newest });
    const { hostPorts } = await create(task);
    expect(hostPorts.map(({ hostPort }) => hostPort)).toEqual([40_000, 40_001]);
    expect(made[0]?.task).toBe(newest);
    expect(made[0]?.container.hostPorts).toEqual(hostPorts);
    expect(made[0]?.facts).toEqual({
      imageEnv: ["PATH=/bin"],
      secrets: ENVIRONMENT.secrets,
      environmentFiles: ENVIRONMENT.files,
      logOptions: ENVIRONMENT.logOptions,
    });
  });

  it("forgets ports of a try before, and asks no image of a container of its own", async () => {
    const task = taskOf([]);
    const { launcher, clock, made } = setUp();
    const before = { hostPorts: [{ containerPort: 80, hostPort: 1, protocol: "tcp" as const }] };
    await clock.resolve(launcher.create(task, web(task, before)));
    await clock.resolve(
      launcher.create(task, web(task, { type: "CNI_PAUSE", dockerName: "pause" as Container["dockerName"] })),
    );
    expect(made.map(({ container }) => container.hostPorts)).toEqual([[], []]);
    expect(made.map(({ facts }) => facts.imageEnv)).toEqual([["PATH=/bin"], []]);
  });

  it("gives the ports back when nothing was made", async () => {
    const task = taskOf([tcp(80)]);
    const { docker, launcher, free, errorOf } = setUp();
    docker.faults.next("createContainer", { kind: "errorBeforeEffect", status: 400, message: "no" });
    expect(await errorOf(launcher.create(task, web(task)))).toMatchObject({ message: "no" });
    expect(await free()).toBe(10);
  });

  it("adds to the body what a container is told about itself, and goes on without it when that fails", async () => {
    const task = taskOf([]);
    const attachment = { binds: ["/meta:/meta"], env: ["META=1"] };
    const told = setUp({ metadata: { ...NO_METADATA, create: async () => attachment } });
    const { dockerId } = await told.create(task);
    const body = [...told.docker.state.containers].find((each) => each.dockerId === dockerId)?.body;
    expect(body).toMatchObject({
      Env: ["OWN=1", "META=1"],
      HostConfig: { Binds: ["/own:/own", "/meta:/meta"], Privileged: false },
    });
    const failing = setUp({ metadata: { ...NO_METADATA, create: () => Promise.reject(new Error("no disk")) } });
    await failing.create(task);
    expect(failing.log.lines.map(({ message }) => message)).toEqual(["Cannot make container metadata"]);
  });
});

describe("ContainerLauncher.start()", () => {
  it("tells the bindings of the leases as soon as it runs, and nothing where none is published", async () => {
    const { clock, create, start } = setUp();
    const task = taskOf([tcp(80)]);
    const result = await clock.resolve(start(task, await create(task)));
    expect(result).toMatchObject({ ok: true, networkBindings: [{ containerPort: 80, hostPort: 40_000 }] });
    expect(result).not.toHaveProperty("observation.kind");
    const plain = setUp();
    const other = taskOf([]);
    expect(await plain.clock.resolve(plain.start(other, await plain.create(other)))).toEqual({
      ok: true,
      networkBindings: undefined,
    });
  });

  it("looks for the address of a log router at once, and does without when nobody can look", async () => {
    const task = taskOf([], { firelensConfiguration: { type: "fluentbit" } });
    const { docker, clock, create, start } = setUp();
    const made = await create(task);
    const result = await clock.resolve(start(task, made));
    expect(result).toMatchObject({
      ok: true,
      observation: { kind: "present", dockerId: made.dockerId, status: "running" },
    });
    docker.faults.always("inspectContainer", { kind: "errorBeforeEffect", status: 400 });
    expect(await clock.resolve(start(task, made))).toEqual({
      ok: true,
      networkBindings: undefined,
      observation: undefined,
    });
  });

  it("W-20: does not run again what has run for a try that was never answered, and starts what has not", async () => {
    const task = taskOf([]);
    const { docker, clock, launcher, create } = setUp();
    const { dockerId } = await create(task);
    const again = web(task, { inFlight: { action: "start", id: 1, again: true } });
    let starts = 0;
    docker.onCall(({ operation }) => {
      if (operation === "startContainer") starts += 1;
    });
    await clock.resolve(launcher.start(task, again, dockerId));
    expect(starts).toBe(1);
    docker.signal(dockerId, "SIGKILL");
    const result = await clock.resolve(launcher.start(task, again, dockerId));
    expect(result).toMatchObject({ ok: true, observation: { kind: "present", status: "stopped", exitCode: 137 } });
    expect(starts).toBe(1);
  });

  it("PORT: makes the container anew with another port when somebody took the one that the engine chose, and keeps the rest", async () => {
    const { docker, clock, create, start, hostPorts } = setUp();
    const task = taskOf([tcp(80), tcp(81)]);
    const made = await create(task);
    docker.state.ports.occupy(40_001);
    const result = await clock.resolve(start(task, made));
    expect(result.ok && result.dockerId).not.toBe(made.dockerId);
    const ports = portsOf(result) ?? [];
    expect(ports).not.toContain(40_001);
    expect(result).toMatchObject({ networkBindings: ports.map((hostPort) => ({ hostPort })) });
    expect(docker.containers()).toHaveLength(1);
    expect(docker.containers()[0]?.status).toBe("running");
    hostPorts.release(portOwner(task.arn, "web"));
  });

  it("moves all that can move when the daemon does not say which port it refuses", async () => {
    const { docker, clock, create, start } = setUp();
    const task = taskOf([tcp(80), tcp(81)]);
    const made = await create(task);
    docker.faults.next("startContainer", { kind: "errorBeforeEffect", status: 500, message: "address already in use" });
    expect(portsOf(await clock.resolve(start(task, made)))).toEqual([40_002, 40_003]);
  });

  it("does not move a port that the definition fixes, nor for what is no matter of ports", async () => {
    const { docker, create, start, errorOf } = setUp();
    const task = taskOf([tcp(80, 8_080)]);
    const made = await create(task);
    docker.state.ports.occupy(8_080);
    expect(await errorOf(start(task, made))).toMatchObject({ name: "CannotStartContainerError" });
    docker.faults.next("startContainer", { kind: "errorBeforeEffect", status: 400, message: "no such file" });
    expect(await errorOf(start(task, made))).toMatchObject({ message: "no such file" });
    expect(docker.containers().map(({ dockerId }) => dockerId)).toEqual([made.dockerId]);
  });

  it("says what exists by now when the container that was made anew does not start either", async () => {
    const { docker, clock, create, start } = setUp();
    const task = taskOf([tcp(80)]);
    const made = await create(task);
    docker.faults.next("startContainer", {
      kind: "errorBeforeEffect",
      status: 500,
      message: "port is already allocated",
    });
    docker.faults.next("startContainer", { kind: "errorBeforeEffect", status: 400, message: "no such file" });
    const result = await clock.resolve(start(task, made));
    const [anew] = docker.containers();
    expect(result).toMatchObject({
      ok: false,
      failure: { error: { name: "CannotStartContainerError", message: "no such file" }, dockerId: anew?.dockerId },
    });
    expect(!result.ok && result.failure.hostPorts?.map(({ hostPort }) => hostPort)).toEqual([40_001]);
  });

  it("gives up after as many moves as there are reasons for, and says why", async () => {
    const { docker, clock, create, start } = setUp();
    const task = taskOf([tcp(80)]);
    const made = await create(task);
    let starts = 0;
    docker.onCall(({ operation }) => {
      if (operation === "startContainer") starts += 1;
    });
    docker.faults.always("startContainer", {
      kind: "errorBeforeEffect",
      status: 500,
      message: "port is already allocated",
    });
    expect(await clock.resolve(start(task, made))).toMatchObject({
      ok: false,
      failure: { error: { message: "port is already allocated" } },
    });
    expect(starts).toBe(11);
  });

  it("makes anew, with the same ports, what a crashed daemon has half started", async () => {
    const { docker, clock, create, start, log } = setUp();
    const task = taskOf([tcp(80, 8_080)]);
    const made = await create(task);
    const message = `task ${"a".repeat(64)}: already exists`;
    docker.faults.next("startContainer", { kind: "errorBeforeEffect", status: 500, message });
    expect(portsOf(await clock.resolve(start(task, made)))).toEqual([8_080]);
    expect(docker.containers().map(({ dockerId }) => dockerId)).not.toContain(made.dockerId);
    expect(log.lines[0]).toMatchObject({
      fields: { taskArn: task.arn, containerName: "web", dockerId: made.dockerId, error: message },
    });
  });
});
