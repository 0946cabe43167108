/** Random tasks that were changed since they were saved. For tests only: it needs fast-check. */
import fc from "fast-check";
import { asDockerId, asEpochMs } from "../core/brand.ts";
import type { Container, Task, TaskResource } from "../core/task.ts";
import { changeContainer, changeTask } from "../core/task-copy.ts";

const instant = fc.option(fc.nat({ max: 9 }).map(asEpochMs), { nil: undefined });
const error = fc.option(fc.record({ name: fc.constant("CannotStartContainerError"), message: fc.string() }), {
  nil: undefined,
});

const containerChanges: fc.Arbitrary<Partial<Container>> = fc.record(
  {
    knownStatus: fc.constantFrom("NONE", "PULLED", "CREATED", "RUNNING", "STOPPED"),
    inFlight: fc.option(fc.record({ action: fc.constantFrom("pull", "start"), id: fc.nat({ max: 3 }) }), {
      nil: undefined,
    }),
    dockerId: fc.option(fc.constant(asDockerId("d".repeat(64))), { nil: undefined }),
    exitCode: fc.option(fc.nat({ max: 255 }), { nil: undefined }),
    startedAt: instant,
    error,
    health: fc.record({ status: fc.constantFrom("UNKNOWN", "HEALTHY") }),
    hostPorts: fc.constantFrom([], [{ containerPort: 80, hostPort: 32_768, protocol: "tcp" as const }]),
  },
  { requiredKeys: [] },
);

const resourceChanges: fc.Arbitrary<Partial<TaskResource>> = fc.record(
  {
    knownStatus: fc.constantFrom("NONE", "CREATED", "REMOVED"),
    createRequested: fc.boolean(),
    inFlight: fc.constantFrom(undefined, { action: "create", id: 1 } as const),
  },
  { requiredKeys: [] },
);

const taskChanges: fc.Arbitrary<Partial<Task>> = fc.record(
  {
    knownStatus: fc.constantFrom("NONE", "RUNNING", "STOPPED"),
    admitted: fc.boolean(),
    stoppedReason: fc.option(fc.string(), { nil: undefined }),
    cleanupAt: instant,
    nextChange: fc.integer({ min: 1, max: 9 }),
  },
  { requiredKeys: [] },
);

/** The task with some of its members changed, and of its containers and resources; now and then it lacks one of them. */
export function changedTaskArbitrary(task: Task): fc.Arbitrary<Task> {
  const containers = fc.tuple(...task.containers.map((each) => changedContainer(each)));
  const resources = fc.tuple(...task.resources.map((each) => changedResource(each)));
  const dropped = fc.constantFrom(false, false, false, false, true);
  return fc.tuple(taskChanges, containers, resources, dropped).map(([changes, changed, others, isShort]) =>
    changeTask(task, {
      ...changes,
      containers: isShort && changed.length > 1 ? changed.slice(1) : changed,
      resources: others,
    }),
  );
}

function changedContainer(container: Container): fc.Arbitrary<Container> {
  const changes = fc.option(containerChanges, { nil: undefined });
  return changes.map((each) => (each === undefined ? container : changeContainer(container, each)));
}

function changedResource(resource: TaskResource): fc.Arbitrary<TaskResource> {
  const changes = fc.option(resourceChanges, { nil: undefined });
  return changes.map((each) => (each === undefined ? resource : { ...resource, ...each }));
}
