/** Kill -9 at any moment, and what the next process makes of it. Source: engine-modern 8. */
import { describe, expect, it } from "vitest";
import { aContainer } from "../../testing/builders.ts";
import { aTaskOf, MachineWorld } from "../../testing/machine-harness.ts";
import { asDockerId } from "../brand.ts";
import type { ContainerAction, TaskResource } from "../task.ts";

const WAY_UP: readonly ContainerAction[] = ["resolveManifest", "pull", "create", "start"];

function upTo(action: ContainerAction, web = aContainer()): MachineWorld {
  const world = MachineWorld.begin(aTaskOf(web));
  for (const each of WAY_UP.slice(0, WAY_UP.indexOf(action))) world.answer(each, "web");
  return world;
}

function running(web = aContainer()): MachineWorld {
  const world = MachineWorld.begin(aTaskOf(web));
  world.settle();
  return world;
}

describe("a crash on the way up", () => {
  it.each(WAY_UP)(
    "REC-1: before %s was answered: it is done again, and the task gets where it would have",
    (action) => {
      for (const carriedOut of [false, true]) {
        const world = upTo(action);
        if (carriedOut) world.carryOut(action, "web");
        world.restartEngine();
        world.settle();
        expect(world.task.knownStatus).toBe("RUNNING");
        expect(world.docker.names).toEqual(["web"]);
        world.runToEnd();
        expect(world.docker.names).toEqual([]);
      }
    },
  );

  it("REC-2: a create that was carried out and not answered is found by its name", () => {
    const world = upTo("create");
    world.carryOut("create", "web");
    world.restartEngine();
    expect(world.container("web")).toMatchObject({
      knownStatus: "CREATED",
      dockerId: world.docker.find("web")?.dockerId,
    });
    expect(world.pending).toEqual(["start web"]);
  });

  it("a start that was carried out and not answered is seen, and not done again", () => {
    const world = upTo("start");
    world.carryOut("start", "web");
    world.restartEngine();
    expect(world.pending).toEqual([]);
    expect(world.reported).toEqual(["web RUNNING", "task RUNNING"]);
  });

  it("EN-83: a start that failed unseen is known by what Docker recorded", () => {
    const world = upTo("start");
    world.docker.set("web", { status: "stopped", exitCode: 127, stateError: "no such file" });
    world.restartEngine();
    expect(world.container("web")).toMatchObject({
      knownStatus: "STOPPED",
      exitCode: 127,
      error: { name: "DockerStateError", message: "no such file" },
    });
  });

  it("a start that may have been carried out is stopped, when the task is to be STOPPED and nobody could look", () => {
    const world = upTo("start");
    world.stop();
    world.carryOut("start", "web");
    world.restartEngine(() => false);
    expect(world.task.knownStatus).not.toBe("STOPPED");
    expect(world.pending).toEqual(["stop web"]);
    world.answer("stop", "web");
    expect(world.task.knownStatus).toBe("STOPPED");
    expect(world.docker.running).toEqual([]);
  });

  it("and if it was not, the stop of what never ran ends it too", () => {
    const world = upTo("start");
    world.stop();
    world.restartEngine(() => false);
    world.answer("stop", "web");
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("a start that fails after one that was never answered proves nothing: it is stopped first", () => {
    const world = upTo("start");
    world.carryOut("start", "web");
    world.restartEngine(() => false);
    expect(world.pending).toEqual(["start web"]);
    world.fail("start", "web");
    expect(world.pending).toEqual(["stop web"]);
    world.answer("stop", "web");
    expect(world.docker.running).toEqual([]);
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("an end that is seen while a start is tried again waits for the answer: it may be of either try", () => {
    const world = upTo("start");
    world.carryOut("start", "web");
    world.restartEngine(() => false);
    world.exit("web", 1);
    expect(world.container("web").knownStatus).toBe("CREATED");
    world.answer("start", "web");
    expect(world.docker.running).toEqual(["web"]);
    expect(world.container("web").knownStatus).toBe("RUNNING");
  });

  it("REC-1: a create and a start that are asked for again keep the time of the first", () => {
    const world = upTo("create");
    const first = world.now;
    world.advance(5_000);
    world.restartEngine();
    expect(world.pending).toEqual(["create web"]);
    expect(world.container("web").createRequestedAt).toBe(first);
    world.answer("create", "web");
    const started = world.now;
    world.advance(5_000);
    world.restartEngine();
    expect(world.pending).toEqual(["start web"]);
    expect(world.container("web").startRequestedAt).toBe(started);
  });

  it("CORE-14: a daemon that is away does not lead to SIGKILL, also for what a crash left without an answer", () => {
    const world = upTo("start");
    world.stop();
    world.restartEngine(() => false);
    for (let tries = 0; tries < 8; tries += 1) {
      expect(world.pending).toEqual(["stop web"]);
      world.fail("stop", "web");
      world.advance(5_000);
    }
    expect(world.asked).not.toContain("kill web");
  });

  it("a container that ended while the engine was away is not restarted when its task has to stop, nor stopped", () => {
    const restartPolicy = { enabled: true, restartAttemptPeriod: 60 };
    const helper = aContainer({ name: "helper", essential: false, restartPolicy });
    const world = MachineWorld.begin(aTaskOf(aContainer(), helper));
    world.settle();
    world.advance(120_000);
    world.docker.exit("helper", 4, world.now);
    world.docker.exit("web", 1, world.now);
    world.restartEngine();
    expect(world.pending).toEqual([]);
    expect(world.container("helper")).toMatchObject({ knownStatus: "STOPPED", exitCode: 4, finishedAt: world.now });
    expect(world.task.knownStatus).toBe("STOPPED");
  });

  it("asks for its share of the host again, and goes on when it has it", () => {
    const world = upTo("pull");
    world.crash();
    expect(world.task.admitted).toBe(false);
    world.restartEngine();
    expect(world.task.admitted).toBe(true);
    expect(world.pending).toEqual(["pull web"]);
  });
});

describe("a crash while running", () => {
  it("REC-3: an exit while the engine was away is told once, with its exit code", () => {
    const world = running();
    world.crash();
    world.docker.exit("web", 3, world.now);
    world.restartEngine();
    world.look("web");
    expect(world.reported).toEqual(["web RUNNING", "task RUNNING", "web STOPPED", "task STOPPED"]);
    expect(world.changes[2]).toMatchObject({ exitCode: 3 });
  });

  it("REC-4, EN-86: a container that was removed meanwhile has vanished", () => {
    const world = running();
    world.docker.remove("web");
    world.restartEngine();
    expect(world.changes[2]).toMatchObject({
      status: "STOPPED",
      reason: expect.stringMatching(/^ContainerVanishedError/),
    });
  });

  it("a look that fails is no verdict", () => {
    const world = running();
    const step = world.restartEngine(() => false);
    expect(step.task.knownStatus).toBe("RUNNING");
    expect(step.changes).toEqual([]);
    expect(world.pending).toEqual([]);
  });

  it("EN-87: a known status is never lowered by what is seen", () => {
    const world = running();
    const { dockerId } = world.container("web");
    if (dockerId === undefined) throw new Error("web was not created");
    world.see("web", { kind: "present", dockerId, status: "created", oomKilled: false });
    expect(world.container("web").knownStatus).toBe("RUNNING");
  });

  it("EN-82: the start time and the ports are taken from the look", () => {
    const world = upTo("start");
    world.carryOut("start", "web");
    world.advance(60_000);
    world.restartEngine();
    expect(world.container("web").startedAt).toBe(world.docker.find("web")?.startedAt);
    expect(world.container("web").startedAt).not.toBe(world.now);
    const bindings = [{ bindIP: "0.0.0.0", containerPort: 80, hostPort: 32_768, protocol: "tcp" }] as const;
    const seen = world.docker.look("web");
    if (seen.kind !== "present") throw new Error("the container is there");
    world.see("web", { ...seen, networkBindings: bindings });
    expect(world.container("web").networkBindings).toEqual(bindings);
  });

  it("REC-5: a stop that was asked for is completed", () => {
    const world = running();
    world.stop("enough");
    world.restartEngine();
    expect(world.pending).toEqual(["stop web"]);
    world.settle();
    expect(world.task).toMatchObject({ knownStatus: "STOPPED", stoppedReason: "enough", stopCode: "UserInitiated" });
  });

  it("REC-5: a stop that was carried out and not answered is known by its end", () => {
    const world = running();
    world.stop();
    world.carryOut("stop", "web");
    world.restartEngine();
    expect(world.pending).toEqual([]);
    expect(world.task.knownStatus).toBe("STOPPED");
  });
});

describe("a crash while cleaning up", () => {
  it("a removal is done again until it is confirmed", () => {
    const world = running();
    world.exit("web", 0);
    world.acknowledge();
    world.advance(world.config.cleanupWaitMs);
    world.carryOut("remove", "web");
    world.restartEngine();
    expect(world.pending).toEqual(["remove web"]);
    world.settle();
    expect(world.isForgotten).toBe(true);
  });
});

describe("resources after a crash", () => {
  const secrets: TaskResource = {
    id: "secrets",
    type: "secrets",
    gates: "CREATED",
    knownStatus: "CREATED",
    volatile: true,
    createRequested: true,
    spec: {},
  };

  it("REC-7: secrets are fetched again while a container is still to be created", () => {
    const resources = [{ ...secrets, knownStatus: "NONE" as const }];
    const world = MachineWorld.begin({ ...aTaskOf(aContainer({ knownStatus: "PULLED" })), resources });
    expect(world.pending).toEqual(["createResource secrets"]);
    world.answerResource("secrets");
    expect(world.pending).toEqual(["create web"]);
  });

  it("REC-7: and are not fetched when all containers exist", () => {
    const created = running();
    created.crash();
    const world = MachineWorld.begin({ ...created.task, resources: [{ ...secrets, knownStatus: "NONE" }] });
    expect(world.pending).toEqual([]);
  });
});

describe("a look at a container that was made anew meanwhile", () => {
  it("says nothing of the one that is there now", () => {
    const world = running();
    world.send({
      type: "containerObserved",
      containerName: "web",
      observation: { kind: "absent", dockerId: asDockerId("f".repeat(64)) },
    });
    expect(world.container("web")).toMatchObject({ knownStatus: "RUNNING", error: undefined });
  });
});
