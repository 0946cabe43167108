import { describe, expect, it } from "vitest";
import { aContainer, aTask } from "../../testing/builders.ts";
import { aTaskOf, dependsOn, MachineWorld } from "../../testing/machine-harness.ts";
import { asDockerId, asEpochMs } from "../brand.ts";
import type { ContainerStatus, SteadyStatus } from "../status.ts";
import type { Container, TaskResource } from "../task.ts";
import { whyBlocked } from "./advance.ts";
import { DEFAULT_MACHINE_CONFIG } from "./config.ts";
import { decide } from "./decide.ts";

const NOW = asEpochMs(1_000_000);
const dockerId = asDockerId("a".repeat(64));

type Partials = NonNullable<Parameters<typeof aContainer>[0]>;

/** What one container of an admitted task does next, when the others do not keep it. */
function next(partial: Partials, ...others: readonly Container[]) {
  const container = aContainer({ dockerId, ...partial });
  const task = { ...aTaskOf(container, ...others), admitted: true };
  const decision = decide(task, container, NOW, DEFAULT_MACHINE_CONFIG);
  return decision.type === "act" ? decision.action : decision.type;
}

function nextAt(knownStatus: ContainerStatus, desiredStatus: ContainerStatus, steadyStatus: SteadyStatus = "RUNNING") {
  return next({ knownStatus, desiredStatus, steadyStatus });
}

const registryAuth: TaskResource = {
  id: "registryAuth",
  type: "registryAuth",
  gates: "MANIFEST_PULLED",
  knownStatus: "NONE",
  volatile: true,
  createRequested: false,
  spec: {},
};

describe("next action of a container", () => {
  // Today's agent has the manifest step between NONE and PULLED (engine-modern 4.2).
  it("MT-20: NONE asks for the manifest, and then for the pull", () => {
    expect(nextAt("NONE", "RUNNING")).toBe("resolveManifest");
    expect(nextAt("MANIFEST_PULLED", "RUNNING")).toBe("pull");
    expect(nextAt("NONE", "RESOURCES_PROVISIONED", "RESOURCES_PROVISIONED")).toBe("resolveManifest");
  });

  it("MT-21: PULLED is created", () => {
    expect(nextAt("PULLED", "RUNNING")).toBe("create");
    expect(nextAt("PULLED", "RESOURCES_PROVISIONED", "RESOURCES_PROVISIONED")).toBe("create");
  });

  it("MT-22: CREATED is started", () => {
    expect(nextAt("CREATED", "RUNNING")).toBe("start");
    expect(nextAt("CREATED", "RESOURCES_PROVISIONED", "RESOURCES_PROVISIONED")).toBe("start");
  });

  it("MT-23: a pause container that runs is provisioned", () => {
    expect(nextAt("RUNNING", "RESOURCES_PROVISIONED", "RESOURCES_PROVISIONED")).toBe("provision");
  });

  it("MT-24: what is to be STOPPED and does not run needs no Docker call", () => {
    for (const known of ["NONE", "MANIFEST_PULLED", "PULLED", "CREATED"] as const) {
      expect(nextAt(known, "STOPPED")).toBe("settle");
    }
  });

  it("MT-25: what is to be STOPPED and runs is stopped", () => {
    expect(nextAt("RUNNING", "STOPPED")).toBe("stop");
    expect(nextAt("RESOURCES_PROVISIONED", "STOPPED", "RESOURCES_PROVISIONED")).toBe("stop");
  });

  it("MT-26: what is where it should be rests", () => {
    for (const known of ["NONE", "MANIFEST_PULLED", "PULLED", "CREATED", "RUNNING", "STOPPED"] as const) {
      expect(nextAt(known, known)).toBe("rest");
    }
  });

  it("MT-27: nothing is done for a container that is past its steady status", () => {
    expect(nextAt("RUNNING", "RUNNING", "RUNNING")).toBe("rest");
    expect(nextAt("STOPPED", "RUNNING")).toBe("rest");
  });

  it("MT-44, CORE-6: nothing is asked for twice while it is under way", () => {
    expect(next({ knownStatus: "PULLED", inFlight: { action: "create", id: 1 } })).toBe("wait");
    expect(next({ knownStatus: "CREATED", inFlight: { action: "start", id: 1 } })).toBe("wait");
    expect(next({ knownStatus: "RUNNING", desiredStatus: "STOPPED", inFlight: { action: "stop", id: 1 } })).toBe(
      "wait",
    );
  });
});

describe("pause containers and resources in front of the others", () => {
  const behind = (knownStatus: ContainerStatus, pause: Container) => next({ knownStatus }, pause);
  const namespace = (knownStatus: ContainerStatus) =>
    aContainer({ name: "pause", type: "NAMESPACE_PAUSE", knownStatus, dockerId });
  const network = (knownStatus: ContainerStatus) =>
    aContainer({ name: "pause", type: "CNI_PAUSE", steadyStatus: "RESOURCES_PROVISIONED", knownStatus, dockerId });

  it("DG-14, DG-17, MT-28, MT-29: the pull waits for the namespace pause to run", () => {
    expect(behind("MANIFEST_PULLED", namespace("NONE"))).toBe("wait");
    expect(behind("MANIFEST_PULLED", namespace("CREATED"))).toBe("wait");
  });

  it("DG-19, MT-30: the pull begins when the namespace pause runs", () => {
    expect(behind("MANIFEST_PULLED", namespace("RUNNING"))).toBe("pull");
  });

  it("DG-16: the manifest is asked for before the namespace pause runs", () => {
    expect(behind("NONE", namespace("NONE"))).toBe("resolveManifest");
  });

  // Today's agent gates the manifest step too: a container without a network is of no use.
  it("DG-10, DG-15, DG-18, DG-20: nothing begins before the network pause is provisioned", () => {
    for (const known of ["NONE", "CREATED", "RUNNING"] as const) expect(behind("NONE", network(known))).toBe("wait");
    expect(behind("MANIFEST_PULLED", network("RUNNING"))).toBe("wait");
  });

  it("DG-21: all begins when the network pause is provisioned", () => {
    expect(behind("NONE", network("RESOURCES_PROVISIONED"))).toBe("resolveManifest");
    expect(behind("MANIFEST_PULLED", network("RESOURCES_PROVISIONED"))).toBe("pull");
  });

  it("DG-23: a container that was created is started whatever becomes of the pause", () => {
    expect(behind("CREATED", namespace("STOPPED"))).toBe("start");
  });

  it("pause containers wait for no pause", () => {
    const pause = { knownStatus: "NONE", type: "NAMESPACE_PAUSE" } as const;
    expect(next(pause, { ...network("NONE"), name: aContainer({ name: "other" }).name })).toBe("resolveManifest");
  });

  // Execution-role credentials are a task resource here: registry authentication.
  it("MT-34, MT-52: a pull that needs credentials waits for them, and says so", () => {
    const world = MachineWorld.begin({ ...aTaskOf(aContainer()), resources: [registryAuth] });
    expect(world.pending).toEqual(["createResource registryAuth"]);
    expect(whyBlocked(world.task, world.now, world.config)).toContainEqual({
      type: "resource",
      containerName: "web",
      resource: "registryAuth",
    });
  });

  it("MT-35: and begins when they are there", () => {
    const world = MachineWorld.begin({ ...aTaskOf(aContainer()), resources: [registryAuth] });
    world.answerResource("registryAuth");
    expect(world.pending).toEqual(["resolveManifest web"]);
  });

  it("MT-36: after a restart, credentials are not fetched again for containers that exist", () => {
    const created = aContainer({ knownStatus: "CREATED", dockerId });
    const world = MachineWorld.begin({ ...aTaskOf(created), knownStatus: "CREATED", resources: [registryAuth] });
    expect(world.pending).toEqual(["start web"]);
  });

  it("MT-37: a stop does not wait for credentials", () => {
    const world = MachineWorld.begin({ ...aTaskOf(aContainer()), resources: [registryAuth] });
    world.stop();
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("MT-38: a task without such a resource begins at once", () => {
    expect(MachineWorld.begin(aTaskOf(aContainer())).pending).toEqual(["resolveManifest web"]);
  });
});

describe("dependencies on the way up", () => {
  const db = (knownStatus: ContainerStatus) =>
    aContainer({ name: "db", knownStatus, dockerId, ...(knownStatus === "STOPPED" ? { startedAt: NOW } : {}) });
  const withDb = (knownStatus: ContainerStatus, target: ContainerStatus) =>
    next({ knownStatus, dependencies: [dependsOn("db")] }, db(target));

  it("MT-32: the manifest is asked for whatever the dependency does", () => {
    expect(withDb("NONE", "NONE")).toBe("resolveManifest");
  });

  it("MT-33: the pull waits while the dependency is NONE or CREATED, and begins when it runs or has ended", () => {
    expect(withDb("MANIFEST_PULLED", "NONE")).toBe("wait");
    expect(withDb("MANIFEST_PULLED", "CREATED")).toBe("wait");
    expect(withDb("MANIFEST_PULLED", "RUNNING")).toBe("pull");
    expect(withDb("MANIFEST_PULLED", "STOPPED")).toBe("pull");
  });

  it("DG-22: the create goes on when the dependency is past its condition", () => {
    expect(withDb("PULLED", "RUNNING")).toBe("create");
  });

  it("DG-24: a container that is to be STOPPED waits for nothing on the way, whatever is missing", () => {
    expect(next({ knownStatus: "PULLED", desiredStatus: "STOPPED", dependencies: [dependsOn("ghost")] })).toBe(
      "settle",
    );
    const running = { knownStatus: "RUNNING", desiredStatus: "STOPPED", dependencies: [dependsOn("ghost")] } as const;
    expect(next(running)).toBe("stop");
  });
});

describe("a task on the way up", () => {
  it("goes through manifest, pull, create and start, and is looked at once it runs", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.settle();
    expect(world.asked).toEqual([
      "requestHostResources",
      "resolveManifest web",
      "pull web",
      "create web",
      "start web",
      "observe web",
    ]);
    expect(world.reported).toEqual(["web RUNNING", "task RUNNING"]);
  });

  it.each([
    [{}, false],
    [{ networkMode: "bridge" }, false],
    [{ networkMode: "host" }, true],
    [{ networkMode: "none" }, true],
    [{ networkMode: "awsvpc" }, true],
  ] as const)("with %j is looked at later where that gives it no address: %s", (mode, canWait) => {
    const container = aContainer();
    const definition = { ...aTaskOf(container).definition, ...mode };
    const world = MachineWorld.begin(aTask({ definition, containers: [container] }));
    world.settle();
    expect(world.effects.find(({ type }) => type === "observe")).toMatchObject({ canWait });
  });

  it("CORE-9: independent containers are pulled at the same time", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" })));
    expect(world.pending).toEqual(["resolveManifest a", "resolveManifest b"]);
    world.answer("resolveManifest", "b");
    world.answer("resolveManifest", "a");
    expect(world.pending).toEqual(["pull b", "pull a"]);
  });

  it("MT-40: containers in different phases each take their own next step", () => {
    const created = aContainer({ name: "a", knownStatus: "CREATED", dockerId });
    const pulled = aContainer({ name: "b", knownStatus: "PULLED" });
    const pause = aContainer({
      name: "pause",
      type: "CNI_PAUSE",
      steadyStatus: "RESOURCES_PROVISIONED",
      knownStatus: "RUNNING",
      dockerId,
      startedAt: NOW,
    });
    expect(MachineWorld.begin(aTaskOf(created, pulled)).pending).toEqual(["start a", "create b"]);
    // What was not created yet waits for the network of the pause.
    expect(MachineWorld.begin(aTaskOf(created, pulled, pause)).pending).toEqual(["start a", "provision pause"]);
  });

  it("MT-41: a task whose containers are where they should be asks for nothing", () => {
    const running = aContainer({ knownStatus: "RUNNING", dockerId, startedAt: NOW });
    const world = MachineWorld.begin({ ...aTaskOf(running), knownStatus: "RUNNING", emittedStatus: "RUNNING" });
    expect(world.pending).toEqual([]);
    expect(world.wakeAt).toBeUndefined();
  });

  it("MT-43: every answer is acted upon by itself, whatever the others do", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer({ name: "slow" }), aContainer({ name: "fast" })));
    for (const action of ["resolveManifest", "pull", "create", "start"] as const) world.answer(action, "fast");
    expect(world.known("slow", "fast")).toEqual(["NONE", "RUNNING"]);
    expect(world.reported).toEqual(["fast RUNNING"]);
  });

  it("MT-53: nothing begins before the host has room for the task", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()), { admit: false });
    expect(world.asked).toEqual(["requestHostResources"]);
    world.send({ type: "hostResourcesGranted" });
    expect(world.pending).toEqual(["resolveManifest web"]);
  });

  it("GPU-3: the GPUs that come with the room are on their containers, in the row that is saved before they are made", () => {
    const containers = [aContainer({ name: "a" }), aContainer({ name: "b" })];
    const world = MachineWorld.begin(aTaskOf(...containers), { admit: false });
    const { task } = world.send({ type: "hostResourcesGranted", gpus: { b: ["GPU-1"] } });
    expect(task.containers.map(({ gpuIds }) => gpuIds)).toEqual([undefined, ["GPU-1"]]);
    world.settle();
    expect(world.container("b")).toMatchObject({ knownStatus: "RUNNING", gpuIds: ["GPU-1"] });
  });

  it("MT-54: a task that is to be STOPPED does not wait for room", () => {
    const world = MachineWorld.begin({ ...aTaskOf(aContainer()), desiredStatus: "STOPPED" }, { admit: false });
    expect(world.asked).not.toContain("requestHostResources");
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("MT-55, STOP-6: a stop ends the wait for room, without a container and without a share of the host", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()), { admit: false });
    world.stop();
    expect(world.task.knownStatus).toBe("STOPPED");
    expect(world.asked).toEqual(["requestHostResources", "releaseHostResources"]);
  });

  it("gives room back that is granted after the task has ended", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()), { admit: false });
    world.stop();
    const step = world.send({ type: "hostResourcesGranted" });
    expect(step.effects).toEqual([{ type: "releaseHostResources" }]);
    expect(step.task.admitted).toBe(false);
  });

  it("a pause container counts as up when its network is, and its address is kept", () => {
    const pause = aContainer({ name: "pause", type: "CNI_PAUSE", steadyStatus: "RESOURCES_PROVISIONED" });
    const world = MachineWorld.begin(aTaskOf(pause, aContainer()));
    for (const action of ["resolveManifest", "pull", "create", "start"] as const) world.answer(action, "pause");
    expect(world.pending).toEqual(["provision pause"]);
    const real = world.docker.find("pause");
    if (real === undefined) throw new Error("pause was not created");
    world.answer("provision", "pause", { observation: { kind: "present", ...real, ipAddress: "172.17.0.2" } });
    expect(world.container("pause")).toMatchObject({ knownStatus: "RESOURCES_PROVISIONED", ipAddress: "172.17.0.2" });
    world.settle();
    expect(world.reported).toEqual(["web RUNNING", "task RUNNING"]);
  });

  it("keeps the Docker id, the ports and the time of the create", () => {
    const world = MachineWorld.begin(aTaskOf(aContainer()));
    world.answer("resolveManifest", "web");
    world.answer("pull", "web");
    const hostPorts = [{ containerPort: 80, hostPort: 32_768, protocol: "tcp" as const }];
    const step = world.answer("create", "web", { hostPorts });
    expect(world.container("web")).toMatchObject({ createRequestedAt: NOW, createdAt: NOW, hostPorts });
    expect(step.effects).toEqual([
      { type: "start", containerName: "web", actionId: 4, dockerId: world.container("web").dockerId },
    ]);
  });
});
