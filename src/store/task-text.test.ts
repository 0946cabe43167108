import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Container, Task, TaskResource } from "../core/task.ts";
import { aDefinition, aTask } from "../testing/builders.ts";
import { persistedTask } from "./persisted.ts";
import { taskText } from "./task-text.ts";

type Members<Record> = { [Member in keyof Required<Record>]: fc.Arbitrary<Record[Member]> };

const text = fc.string({ unit: "binary" }) as fc.Arbitrary<never>;
const count = fc.nat() as fc.Arbitrary<never>;
const absent = { nil: undefined };
const maybeText = fc.option(text, absent);
const maybeCount = fc.option(count, absent);
const error = fc.option(fc.record({ name: text, message: text }), absent);
const someObjects = fc.array(fc.dictionary(text, fc.oneof(text, count, fc.boolean()))) as fc.Arbitrary<never>;
const maybeObject = fc.option(fc.dictionary(text, fc.oneof(text, count)), absent) as fc.Arbitrary<never>;

/** A member that one of these leaves out does not compile. */
const containerMembers: Members<Container> = {
  name: text,
  type: text,
  containerArn: text,
  essential: fc.boolean(),
  steadyStatus: text,
  image: text,
  dependencies: someObjects,
  hasHealthCheck: fc.boolean(),
  restartPolicy: maybeObject,
  startTimeoutMs: count,
  startTimeoutAt: maybeCount,
  stopTimeoutMs: count,
  knownStatus: text,
  desiredStatus: text,
  emittedStatus: text,
  sentStatus: text,
  inFlight: fc.option(fc.record({ action: fc.constant("pull" as const), id: count }), absent),
  retry: maybeObject,
  stopOwed: fc.boolean(),
  dockerName: text,
  createRequestedAt: maybeCount,
  startRequestedAt: maybeCount,
  dockerId: maybeText,
  imageDigest: maybeText,
  digestResolved: fc.boolean(),
  imageId: maybeText,
  hostPorts: someObjects,
  gpuIds: fc.option(fc.array(text), absent),
  networkBindings: fc.option(someObjects, absent),
  ipAddress: maybeText,
  createdAt: maybeCount,
  startedAt: maybeCount,
  finishedAt: maybeCount,
  exitCode: fc.option(fc.integer(), absent),
  error,
  pullError: error,
  health: fc.record({ status: text, since: count }),
  restart: fc.record({ count: fc.nat(), pending: fc.boolean() }),
  removed: fc.boolean(),
};

const resources = fc.array(
  fc.record({
    id: text,
    type: fc.constant("dockerVolume"),
    spec: maybeObject,
    inFlight: fc.option(fc.constant({ action: "create", id: 1 }), absent),
  }),
) as fc.Arbitrary<unknown> as fc.Arbitrary<readonly TaskResource[]>;

const taskMembers: Members<Task> = {
  arn: text,
  id: text,
  cluster: text,
  family: text,
  revision: count,
  definition: fc.string().map((family) => aDefinition({ family })),
  containers: fc.array(fc.record(containerMembers)),
  resources,
  knownStatus: text,
  knownStatusAt: count,
  desiredStatus: text,
  emittedStatus: text,
  sentStatus: text,
  admitted: fc.boolean(),
  createdAt: count,
  startedAt: maybeCount,
  stoppingAt: maybeCount,
  stoppedAt: maybeCount,
  executionStoppedAt: maybeCount,
  pullStartedAt: maybeCount,
  pullStoppedAt: maybeCount,
  stopCode: maybeText,
  stoppedReason: maybeText,
  forceStop: fc.boolean(),
  cleanupAt: maybeCount,
  nextActionId: count,
  nextChange: count,
  acknowledgedChange: count,
};

describe("taskText()", () => {
  it("reads as what is persisted of the task, with all of its members", () => {
    fc.assert(
      fc.property(fc.record(taskMembers), (task) => {
        expect(JSON.parse(taskText(task))).toEqual(JSON.parse(JSON.stringify(persistedTask(task))));
      }),
    );
  });

  it("tells of each task its own definition", () => {
    const [first, second] = [aTask(), aTask({ definition: aDefinition({ family: "other" }) })];
    const read = [first, second, first].map((task) => JSON.parse(taskText(task)).definition);
    expect(read).toEqual(JSON.parse(JSON.stringify([first.definition, second.definition, first.definition])));
  });
});
