import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asDockerId, asEpochMs } from "../core/brand.ts";
import { Draft } from "../core/machine/draft.ts";
import { report } from "../core/machine/report.ts";
import type { ContainerStateChange, StateChange, TaskStateChange } from "../core/state-change.ts";
import type { StopCode } from "../core/task.ts";
import { changeContainer } from "../core/task-copy.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { changeText } from "./change-text.ts";

const anyText = fc.string({ unit: "binary" });
const instant = fc.integer({ min: 0 }).map(asEpochMs);
const common = { taskArn: anyText as fc.Arbitrary<never>, sequence: fc.integer({ min: 1 }), at: instant };
const binding = fc.record({ containerPort: fc.nat(65_535), hostPort: fc.nat(65_535), bindIP: anyText });
const bindings = fc.array(binding) as fc.Arbitrary<unknown> as fc.Arbitrary<ContainerStateChange["networkBindings"]>;

/** A member that an arbitrary leaves out does not compile. */
const containerMembers: {
  [Member in keyof Required<ContainerStateChange>]: fc.Arbitrary<ContainerStateChange[Member]>;
} = {
  type: fc.constant("container"),
  ...common,
  containerName: anyText,
  containerArn: anyText,
  status: fc.constantFrom("RUNNING", "STOPPED", "MANIFEST_PULLED"),
  networkBindings: bindings,
  runtimeId: fc.option(anyText, { nil: undefined }),
  imageDigest: fc.option(anyText, { nil: undefined }),
  exitCode: fc.option(fc.integer(), { nil: undefined }),
  reason: fc.option(anyText, { nil: undefined }),
};
const taskMembers: { [Member in keyof Required<TaskStateChange>]: fc.Arbitrary<TaskStateChange[Member]> } = {
  type: fc.constant("task"),
  ...common,
  status: fc.constantFrom("RUNNING", "STOPPED", "MANIFEST_PULLED"),
  stopCode: fc.option(anyText as fc.Arbitrary<StopCode>, { nil: undefined }),
  reason: fc.option(anyText, { nil: undefined }),
  pullStartedAt: fc.option(instant, { nil: undefined }),
  pullStoppedAt: fc.option(instant, { nil: undefined }),
  executionStoppedAt: fc.option(instant, { nil: undefined }),
};
const changes = fc.oneof(fc.record(containerMembers), fc.record(taskMembers)) as fc.Arbitrary<StateChange>;

describe("changeText()", () => {
  it("is what JSON.stringify makes of the change, with all of its members", () => {
    fc.assert(
      fc.property(changes, (change) => {
        expect(changeText(change)).toBe(JSON.stringify(change));
      }),
    );
  });

  it("is what JSON.stringify makes of the changes that the machine makes: one told again is the same", () => {
    const container = aContainer({ knownStatus: "STOPPED", dockerId: asDockerId("d1"), imageDigest: "sha256:1" });
    const failed = changeContainer(container, { exitCode: 3, error: { name: "OutOfMemoryError", message: "killed" } });
    const task = aTask({
      knownStatus: "STOPPED",
      stopCode: "EssentialContainerExited",
      stoppedReason: "over",
      pullStartedAt: asEpochMs(1),
      pullStoppedAt: asEpochMs(2),
      executionStoppedAt: asEpochMs(3),
      containers: [failed],
    });
    const made = report(new Draft(task), asEpochMs(4));
    expect(made.map(({ type }) => type)).toEqual(["container", "task"]);
    expect(made.map(changeText)).toEqual(made.map((change) => JSON.stringify(change)));
  });
});
