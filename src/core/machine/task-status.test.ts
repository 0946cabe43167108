/** How a task's status follows from its containers, and theirs from it. Source: engine-modern 4.3, 4.4. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { taskArbitrary } from "../../testing/machine-arbitraries.ts";
import { aTaskOf, MachineWorld } from "../../testing/machine-harness.ts";
import { asDockerId, asEpochMs } from "../brand.ts";
import { CONTAINER_STATUSES, type ContainerStatus, compareTaskStatus } from "../status.ts";
import type { Container, ContainerAction } from "../task.ts";
import { DEFAULT_MACHINE_CONFIG } from "./config.ts";
import { derive, knownStatusFor } from "./derive.ts";

const WAY_UP: readonly ContainerAction[] = ["resolveManifest", "pull", "create", "start"];
const NOW = asEpochMs(1_000_000);

function at(knownStatus: ContainerStatus, essential = false, steadyStatus: Container["steadyStatus"] = "RUNNING") {
  return aContainer({ name: `${knownStatus}-${essential}`, knownStatus, essential, steadyStatus });
}

function twoContainers(): MachineWorld {
  return MachineWorld.begin(aTaskOf(aContainer({ name: "main" }), aContainer({ name: "side", essential: false })));
}

function bringUp(world: MachineWorld, ...names: readonly string[]): void {
  for (const name of names) for (const action of WAY_UP) world.answer(action, name);
}

describe("knownStatusFor()", () => {
  it("DM-53: is the least of what the containers count for", () => {
    expect(knownStatusFor([at("CREATED"), at("STOPPED", true), at("RUNNING")])).toBe("CREATED");
  });

  it("DM-54: does not move while an essential container is STOPPED and the others are at their steady status", () => {
    expect(knownStatusFor([at("STOPPED", true), at("RUNNING")])).toBeUndefined();
  });

  it("DM-55: rises to CREATED while an essential container is STOPPED and another is only CREATED", () => {
    expect(knownStatusFor([at("STOPPED", true), at("CREATED"), at("RUNNING")])).toBe("CREATED");
    const pause = at("RUNNING", true, "RESOURCES_PROVISIONED");
    expect(knownStatusFor([at("STOPPED", true), pause])).toBe("CREATED");
  });

  it("DM-56: reaches RUNNING only with the pause container's network", () => {
    const pause = (known: ContainerStatus) => at(known, true, "RESOURCES_PROVISIONED");
    expect(knownStatusFor([at("RUNNING"), pause("RUNNING")])).toBe("CREATED");
    expect(knownStatusFor([at("RUNNING"), pause("RESOURCES_PROVISIONED")])).toBe("RUNNING");
  });

  it("DM-57: is NONE while all containers are, and says nothing of a task without containers", () => {
    expect(knownStatusFor([at("NONE"), at("NONE", true)])).toBe("NONE");
    expect(knownStatusFor([])).toBeUndefined();
  });

  it("DM-58: follows the slowest container", () => {
    const slowest = (["NONE", "MANIFEST_PULLED", "PULLED", "CREATED", "RUNNING"] as const).map((known) =>
      knownStatusFor([at("RUNNING"), at(known), at("STOPPED")]),
    );
    expect(slowest).toEqual(["NONE", "MANIFEST_PULLED", "MANIFEST_PULLED", "CREATED", "RUNNING"]);
  });

  it("is STOPPED only when all containers are", () => {
    const containers = fc.array(fc.tuple(fc.constantFrom(...CONTAINER_STATUSES), fc.boolean()), { minLength: 1 });
    fc.assert(
      fc.property(containers, (drawn) => {
        const known = knownStatusFor(drawn.map(([status, essential]) => at(status, essential)));
        const all = drawn.every(([status]) => status === "STOPPED");
        expect(known === "STOPPED").toBe(all);
      }),
    );
  });
});

describe("a task's known status", () => {
  it("CORE-1: is RUNNING when all containers are at their steady status", () => {
    const world = twoContainers();
    bringUp(world, "main");
    expect(world.task.knownStatus).not.toBe("RUNNING");
    bringUp(world, "side");
    expect(world.task).toMatchObject({ knownStatus: "RUNNING", startedAt: world.now });
  });

  it("CORE-1: a non-essential container that is STOPPED does not hold it back", () => {
    const world = twoContainers();
    bringUp(world, "side");
    world.exit("side", 0);
    bringUp(world, "main");
    expect(world.task.knownStatus).toBe("RUNNING");
  });

  it("CORE-2: no RUNNING is ever told when the essential container ends before a slower one runs", () => {
    const world = twoContainers();
    bringUp(world, "main");
    world.exit("main", 0);
    world.settle();
    expect(world.reported).toEqual(["main RUNNING", "main STOPPED", "side STOPPED", "task STOPPED"]);
  });

  it("CORE-2: nor when the slower one comes up while the task stops", () => {
    const world = twoContainers();
    bringUp(world, "main");
    for (const action of WAY_UP.slice(0, 3)) world.answer(action, "side");
    world.exit("main", 0);
    world.answer("start", "side");
    world.settle();
    expect(world.reported).not.toContain("task RUNNING");
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("CORE-3: stays RUNNING when a non-essential container ends", () => {
    const world = twoContainers();
    world.settle();
    world.exit("side", 1);
    expect(world.task).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "RUNNING" });
  });

  it("CORE-4: the end of an essential container ends all others, and then the task", () => {
    const world = twoContainers();
    world.settle();
    world.exit("main", 0);
    expect(world.pending).toEqual(["stop side"]);
    expect(world.task).toMatchObject({ knownStatus: "RUNNING", desiredStatus: "STOPPED", stoppingAt: world.now });
    world.answer("stop", "side");
    expect(world.task).toMatchObject({ knownStatus: "STOPPED", stoppedAt: world.now });
  });

  it("CORE-5: a task that is to be STOPPED stays so", () => {
    const world = twoContainers();
    world.stop();
    world.send({ type: "hostResourcesGranted" });
    world.send({ type: "resumed", observations: [] });
    expect(world.task).toMatchObject({ desiredStatus: "STOPPED", knownStatus: "STOPPED" });
    expect(world.pending).toEqual([]);
  });
});

describe("desired statuses", () => {
  it("DM-66: are raised to the steady status of each container, and never lowered", () => {
    const pause = aContainer({
      name: "pause",
      type: "CNI_PAUSE",
      steadyStatus: "RESOURCES_PROVISIONED",
      desiredStatus: "NONE",
    });
    const given = aContainer({ name: "given", essential: false, desiredStatus: "STOPPED" });
    const task = aTaskOf(pause, aContainer({ name: "main", desiredStatus: "NONE" }), given);
    const derived = derive(task, NOW, DEFAULT_MACHINE_CONFIG);
    expect(derived.containers.map((each) => each.desiredStatus)).toEqual([
      "RESOURCES_PROVISIONED",
      "RUNNING",
      "STOPPED",
    ]);
  });

  it("an essential container that is only to be STOPPED is enough to stop the task", () => {
    const task = aTaskOf(aContainer({ name: "main", desiredStatus: "STOPPED" }), aContainer({ name: "side" }));
    const derived = derive(task, NOW, DEFAULT_MACHINE_CONFIG);
    expect(derived.desiredStatus).toBe("STOPPED");
    expect(derived.containers.map((each) => each.desiredStatus)).toEqual(["STOPPED", "STOPPED"]);
  });

  it("derive() settles at once: a second time gives the same task", () => {
    fc.assert(
      fc.property(
        taskArbitrary,
        fc.array(fc.constantFrom(...CONTAINER_STATUSES), { minLength: 7 }),
        (task, statuses) => {
          const containers = task.containers.map((each, index) => ({
            ...each,
            knownStatus: statuses[index] ?? "NONE",
          }));
          const once = derive({ ...task, containers }, NOW, DEFAULT_MACHINE_CONFIG);
          expect(derive(once, NOW, DEFAULT_MACHINE_CONFIG)).toBe(once);
          expect(compareTaskStatus(once.knownStatus, task.knownStatus)).toBeGreaterThanOrEqual(0);
        },
      ),
    );
  });
});

describe("executionStoppedAt", () => {
  it("ID-3, DM-60, DM-61: is when the first essential container stopped; others do not count", () => {
    const world = MachineWorld.begin(
      aTaskOf(aContainer({ name: "a" }), aContainer({ name: "b" }), aContainer({ name: "side", essential: false })),
    );
    world.settle();
    world.exit("side", 0);
    expect(world.task.executionStoppedAt).toBeUndefined();
    world.advance(5_000);
    const first = world.now;
    world.exit("a", 0);
    world.advance(5_000);
    world.settle();
    expect(world.task.knownStatus).toBe("STOPPED");
    expect(world.task.executionStoppedAt).toBe(first);
    expect(world.changes.at(-1)).toMatchObject({ type: "task", executionStoppedAt: first });
  });
});

describe("dead ends", () => {
  // The agent forces a task to STOPPED when nothing moves; here nothing can wait without a reason (see properties.test).
  it("MT-50: a task that is to be STOPPED is STOPPED only when all its containers are, and no reason is made up", () => {
    const world = twoContainers();
    world.settle();
    world.stop();
    for (const name of ["main", "side"]) world.fail("stop", name, { status: 500 });
    expect(world.task.knownStatus).toBe("RUNNING");
    world.advance(1_000);
    world.settle();
    expect(world.task).toMatchObject({ knownStatus: "STOPPED", stoppedReason: "Task stopped by user" });
  });

  it("MT-51: what can never start fails by name, and with it the task", () => {
    const dockerId = asDockerId("a".repeat(64));
    const ended = aContainer({ name: "db", essential: false, knownStatus: "STOPPED", dockerId });
    const web = aContainer({
      dependencies: [{ containerName: ended.name, condition: "START", source: "links" }],
    });
    const world = MachineWorld.begin(aTaskOf(web, ended));
    expect(world.task).toMatchObject({ knownStatus: "STOPPED", desiredStatus: "STOPPED" });
    expect(world.task.stoppedReason).toContain("will never start");
  });
});
