import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { aContainer } from "../testing/builders.ts";
import { taskArbitrary } from "../testing/machine-arbitraries.ts";
import { asContainerName, asDockerId, asEpochMs } from "./brand.ts";
import {
  dependantsOf,
  describeGraphProblem,
  findCycle,
  findGraphProblem,
  judgeDependencies,
  judgeDependency,
} from "./dependencies.ts";
import { CONTAINER_STATUSES, type ContainerStatus } from "./status.ts";
import type { Container, Dependency, DependencyCondition } from "./task.ts";

const NOW = asEpochMs(1_000_000);
const dockerId = asDockerId("a".repeat(64));

function edge(containerName: string, condition: DependencyCondition, source: Dependency["source"] = "dependsOn") {
  return { containerName: asContainerName(containerName), condition, source };
}

function link(containerName: string): Dependency {
  return edge(containerName, "START", "links");
}

function volumesFrom(containerName: string): Dependency {
  return edge(containerName, "CREATE", "volumesFrom");
}

function named(name: string, ...dependencies: readonly Dependency[]): Container {
  return aContainer({ name, dependencies });
}

const web = named("web");

/** A container as it is on the way, with what it must have been through to get there. */
function at(knownStatus: ContainerStatus, partial: Parameters<typeof aContainer>[0] = {}): Container {
  const rank = CONTAINER_STATUSES.indexOf(knownStatus);
  return aContainer({
    name: "db",
    knownStatus,
    ...(rank >= CONTAINER_STATUSES.indexOf("CREATED") ? { dockerId } : {}),
    ...(rank >= CONTAINER_STATUSES.indexOf("RUNNING") ? { startedAt: asEpochMs(NOW - 10_000) } : {}),
    ...partial,
  });
}

function judge(condition: DependencyCondition, target: Container | undefined) {
  return judgeDependency(web, edge("db", condition), target, NOW);
}

function statesOf(condition: DependencyCondition, partial: Parameters<typeof aContainer>[0] = {}) {
  return CONTAINER_STATUSES.map((known) => `${known} ${judge(condition, at(known, partial)).state}`);
}

function failureOf(verdict: ReturnType<typeof judge>): string {
  return verdict.state === "fails" ? verdict.error.message : verdict.state;
}

describe("judgeDependency()", () => {
  it("ORD-1, DG-6, DG-9, DG-13, MT-28, MT-29, MT-30, MT-31, MT-33: START holds while the dependency runs and when it has ended", () => {
    expect(statesOf("START")).toEqual([
      "NONE waits",
      "MANIFEST_PULLED waits",
      "PULLED waits",
      "CREATED waits",
      "RUNNING holds",
      "RESOURCES_PROVISIONED waits",
      "STOPPED holds",
    ]);
  });

  it("DG-10: START of a pause container holds at RESOURCES_PROVISIONED, not at RUNNING", () => {
    const pause = { steadyStatus: "RESOURCES_PROVISIONED" } as const;
    expect(judge("START", at("RUNNING", pause)).state).toBe("waits");
    expect(judge("START", at("RESOURCES_PROVISIONED", pause)).state).toBe("holds");
  });

  it("DG-7, DG-12: CREATE holds from CREATED on, STOPPED included", () => {
    expect(statesOf("CREATE").map((each) => each.split(" ")[1])).toEqual([
      "waits",
      "waits",
      "waits",
      "holds",
      "holds",
      "holds",
      "holds",
    ]);
  });

  it("ORD-5: COMPLETE holds when the dependency has ended, with any exit code", () => {
    expect(judge("COMPLETE", at("RUNNING")).state).toBe("waits");
    for (const exitCode of [0, 1, 137]) expect(judge("COMPLETE", at("STOPPED", { exitCode })).state).toBe("holds");
  });

  it("ORD-4: SUCCESS holds at exit code 0 and fails at any other and at none", () => {
    expect(judge("SUCCESS", at("RUNNING")).state).toBe("waits");
    expect(judge("SUCCESS", at("STOPPED", { exitCode: 0 })).state).toBe("holds");
    expect(failureOf(judge("SUCCESS", at("STOPPED", { exitCode: 1 })))).toContain("did not exit successfully");
    expect(failureOf(judge("SUCCESS", at("STOPPED")))).toContain("did not exit successfully (exit code unknown)");
  });

  it("ORD-6: HEALTHY holds when the last check said so, and not before", () => {
    expect(judge("HEALTHY", at("RUNNING")).state).toBe("waits");
    expect(judge("HEALTHY", at("RUNNING", { health: { status: "UNHEALTHY" } })).state).toBe("waits");
    expect(judge("HEALTHY", at("RUNNING", { health: { status: "HEALTHY" } })).state).toBe("holds");
  });

  // The agent waits for ever for a container that has ended; it can never become healthy.
  it("HEALTHY fails at once when the dependency has stopped", () => {
    const verdict = judge("HEALTHY", at("STOPPED", { health: { status: "HEALTHY" } }));
    expect(failureOf(verdict)).toContain("stopped before it was healthy");
  });

  it.each<DependencyCondition>(["START", "COMPLETE", "SUCCESS", "HEALTHY"])(
    "ORD-16: %s fails when the dependency has never run and never will",
    (condition) => {
      const writtenOff = at("STOPPED", { startedAt: undefined, dockerId: undefined });
      expect(failureOf(judge(condition, writtenOff))).toContain("will never start");
      const onItsWayOut = at("CREATED", { desiredStatus: "STOPPED" });
      expect(failureOf(judge(condition, onItsWayOut))).toContain("will never start");
    },
  );

  it("waits for a start that is under way although the dependency is to be stopped", () => {
    const starting = at("CREATED", { desiredStatus: "STOPPED", inFlight: { action: "start", id: 1 } });
    expect(judge("START", starting).state).toBe("waits");
  });

  it("CREATE fails when the dependency was never created and never will be", () => {
    expect(failureOf(judge("CREATE", at("STOPPED", { dockerId: undefined })))).toContain("will never start");
    expect(failureOf(judge("CREATE", at("PULLED", { desiredStatus: "STOPPED" })))).toContain("will never start");
    const creating = at("PULLED", { desiredStatus: "STOPPED", inFlight: { action: "create", id: 1 } });
    expect(judge("CREATE", creating).state).toBe("waits");
  });

  it("fails when the dependency does not exist", () => {
    expect(failureOf(judge("START", undefined))).toBe("dependency graph: web cannot start: db (START) does not exist");
  });

  it("every failure is a CannotStartContainerError that begins with `dependency graph:`", () => {
    const verdict = judge("SUCCESS", at("STOPPED", { exitCode: 3 }));
    expect(verdict).toEqual({
      state: "fails",
      error: {
        name: "CannotStartContainerError",
        message: "dependency graph: web cannot start: db (SUCCESS) did not exit successfully (exit code 3)",
      },
    });
  });
});

describe("start timeout", () => {
  const limited = { startTimeoutMs: 5_000, startedAt: asEpochMs(NOW - 4_000) };

  it.each<DependencyCondition>(["COMPLETE", "SUCCESS", "HEALTHY"])(
    "ORD-7: %s waits until the timeout of the dependency, counted from its start",
    (condition) => {
      expect(judge(condition, at("RUNNING", limited))).toEqual({ state: "waits", until: NOW + 1_000 });
      const late = { ...limited, startedAt: asEpochMs(NOW - 5_000) };
      expect(failureOf(judge(condition, at("RUNNING", late)))).toContain(
        `timed out: not ${condition} 5 s after its start`,
      );
    },
  );

  it("ORD-10: START never times out", () => {
    const late = {
      startTimeoutMs: 5_000,
      startedAt: asEpochMs(NOW - 60_000),
      steadyStatus: "RESOURCES_PROVISIONED",
    } as const;
    expect(judge("START", at("RUNNING", late))).toEqual({ state: "waits" });
  });

  it("does not count before the dependency has started", () => {
    expect(judge("HEALTHY", at("PULLED", { startTimeoutMs: 5_000 }))).toEqual({ state: "waits" });
  });

  it("is off at 0", () => {
    expect(judge("HEALTHY", at("RUNNING", { startedAt: asEpochMs(1) }))).toEqual({ state: "waits" });
  });

  it("does not matter once the condition holds", () => {
    const done = at("STOPPED", { ...limited, startedAt: asEpochMs(1), exitCode: 0 });
    expect(judge("SUCCESS", done).state).toBe("holds");
  });
});

describe("judgeDependencies()", () => {
  const find =
    (...containers: readonly Container[]) =>
    (name: string) =>
      containers.find((each) => each.name === name);

  it("DG-5, DG-8: holds at once without dependencies", () => {
    expect(judgeDependencies(web, find(), NOW)).toEqual({ waitsFor: [] });
  });

  it("a failure beats a wait, wherever it stands in the list", () => {
    const container = named("web", edge("slow", "START"), edge("gone", "START"));
    const verdict = judgeDependencies(container, find(named("slow")), NOW);
    expect(verdict.failure?.message).toContain("gone");
    expect(verdict.waitsFor).toEqual([]);
  });

  it("names all that are waited for, and the earliest timeout", () => {
    const container = named("web", edge("db", "HEALTHY"), edge("job", "SUCCESS"), edge("cache", "START"));
    const db = { ...at("RUNNING", { startTimeoutMs: 60_000 }), name: asContainerName("db") };
    const job = { ...at("RUNNING", { startTimeoutMs: 20_000 }), name: asContainerName("job") };
    const cache = { ...at("RUNNING"), name: asContainerName("cache") };
    const verdict = judgeDependencies(container, find(db, job, cache), NOW);
    expect(verdict.waitsFor.map((each) => each.containerName)).toEqual(["db", "job"]);
    expect(verdict.until).toBe(NOW + 10_000);
  });
});

describe("dependantsOf()", () => {
  it("ORD-11, ORD-15: are all that name it, by any condition, one level deep", () => {
    const db = named("db");
    const all = [
      db,
      named("web", link("db")),
      named("job", edge("db", "SUCCESS")),
      named("proxy", edge("web", "START")),
    ];
    expect(dependantsOf(db, all).map((each) => each.name)).toEqual(["web", "job"]);
  });

  it("pause containers are leant on by all containers of the definition", () => {
    const pause = aContainer({ name: "pause", type: "CNI_PAUSE" });
    const other = aContainer({ name: "namespace", type: "NAMESPACE_PAUSE" });
    expect(dependantsOf(pause, [pause, other, named("web")]).map((each) => each.name)).toEqual(["web"]);
  });
});

describe("findGraphProblem()", () => {
  it("DG-1: an empty task and a single container are fine", () => {
    expect(findGraphProblem([])).toBeUndefined();
    expect(findGraphProblem([named("web")])).toBeUndefined();
  });

  it("DG-2: a web stack with links and volumes is fine", () => {
    const stack = [
      named("webserver", link("php"), volumesFrom("htmldata")),
      named("php", link("db")),
      named("db", volumesFrom("dbdata")),
      named("dbdata"),
      named("htmldata", volumesFrom("sharedcss")),
      named("sharedcss"),
    ];
    expect(findGraphProblem(stack)).toBeUndefined();
  });

  it("DG-3, CORE-10: two containers that link each other are a cycle", () => {
    const problem = findGraphProblem([named("a", link("b")), named("b", link("a"))]);
    expect(problem).toEqual({ type: "cycle", path: ["a", "b", "a"] });
  });

  it("DG-4: a link to a container that does not exist is refused", () => {
    const problem = findGraphProblem([named("a", link("ghost"))]);
    expect(problem).toEqual({ type: "unknown", containerName: "a", dependency: "ghost" });
  });

  it("ORD-14: HEALTHY on a container without a health check is refused", () => {
    const problem = findGraphProblem([named("web", edge("db", "HEALTHY")), named("db")]);
    expect(problem).toEqual({ type: "noHealthCheck", containerName: "web", dependency: "db" });
    const watched = { ...named("db"), hasHealthCheck: true };
    expect(findGraphProblem([named("web", edge("db", "HEALTHY")), watched])).toBeUndefined();
  });

  // The 2018 engine did not look at all kinds of edges, so such a cycle became a dead end at run time (W-30).
  it("DG-25: a cycle over edges of different kinds is found as well", () => {
    const problem = findGraphProblem([
      named("a", volumesFrom("b")),
      named("b", edge("c", "COMPLETE")),
      named("c", link("a")),
    ]);
    expect(problem).toMatchObject({ type: "cycle" });
  });

  it("finds a cycle of one", () => {
    expect(findGraphProblem([named("a", edge("a", "START"))])).toEqual({ type: "cycle", path: ["a", "a"] });
  });

  it("never objects to a task whose edges all go one way", () => {
    fc.assert(
      fc.property(taskArbitrary, (task) => {
        expect(findGraphProblem(task.containers)).toBeUndefined();
      }),
    );
  });
});

describe("findCycle()", () => {
  const graph = fc.array(fc.array(fc.nat({ max: 5 }), { maxLength: 4 }), { minLength: 6, maxLength: 6 });

  it("gives a path that ends where it began and follows edges", () => {
    fc.assert(
      fc.property(graph, (edges) => {
        const edgesOf = (name: string) => (edges[Number(name)] ?? []).map(String);
        const path = findCycle(["0", "1", "2", "3", "4", "5"], edgesOf);
        if (path === undefined) return;
        expect(path.at(0)).toBe(path.at(-1));
        for (const [index, name] of path.slice(1).entries()) expect(edgesOf(path[index] ?? "")).toContain(name);
      }),
    );
  });

  it("finds one whenever no order of the names fits all edges", () => {
    fc.assert(
      fc.property(graph, (edges) => {
        const done = new Set<number>();
        for (let round = 0; round < 6; round += 1) {
          for (const [name, targets] of edges.entries()) if (targets.every((each) => done.has(each))) done.add(name);
        }
        const path = findCycle(["0", "1", "2", "3", "4", "5"], (name) => (edges[Number(name)] ?? []).map(String));
        expect(path === undefined).toBe(done.size === 6);
      }),
    );
  });

  it("manages a chain that is far longer than any task", () => {
    const names = Array.from({ length: 2_000 }, (_, index) => String(index));
    expect(findCycle(names, (name) => (name === "1999" ? [] : [String(Number(name) + 1)]))).toBeUndefined();
  });
});

describe("describeGraphProblem()", () => {
  it("names the containers", () => {
    expect(describeGraphProblem({ type: "cycle", path: ["a", "b", "a"] })).toBe("dependency cycle a -> b -> a");
    expect(describeGraphProblem({ type: "unknown", containerName: "a", dependency: "b" })).toBe(
      "container a depends on b, which does not exist",
    );
    expect(describeGraphProblem({ type: "noHealthCheck", containerName: "a", dependency: "b" })).toBe(
      "container a depends on b being HEALTHY, which has no health check",
    );
  });
});
