import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asEpochMs } from "../core/brand.ts";
import type { ContainerStateChange, StateChange, TaskStateChange } from "../core/state-change.ts";
import type { StopCode } from "../core/task.ts";
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
  ...common,
  type: fc.constant("container"),
  containerName: anyText,
  containerArn: anyText,
  status: fc.constantFrom("RUNNING", "STOPPED", "MANIFEST_PULLED"),
  runtimeId: fc.option(anyText, { nil: undefined }),
  imageDigest: fc.option(anyText, { nil: undefined }),
  exitCode: fc.option(fc.integer(), { nil: undefined }),
  reason: fc.option(anyText, { nil: undefined }),
  networkBindings: bindings,
};
const taskMembers: { [Member in keyof Required<TaskStateChange>]: fc.Arbitrary<TaskStateChange[Member]> } = {
  ...common,
  type: fc.constant("task"),
  status: fc.constantFrom("RUNNING", "STOPPED", "MANIFEST_PULLED"),
  stopCode: fc.option(anyText as fc.Arbitrary<StopCode>, { nil: undefined }),
  reason: fc.option(anyText, { nil: undefined }),
  pullStartedAt: fc.option(instant, { nil: undefined }),
  pullStoppedAt: fc.option(instant, { nil: undefined }),
  executionStoppedAt: fc.option(instant, { nil: undefined }),
};
const changes = fc.oneof(fc.record(containerMembers), fc.record(taskMembers)) as fc.Arbitrary<StateChange>;

describe("changeText()", () => {
  it("reads back as what JSON.stringify makes of the change, with all of its members", () => {
    fc.assert(
      fc.property(changes, (change) => {
        expect(JSON.parse(changeText(change))).toEqual(JSON.parse(JSON.stringify(change)));
      }),
    );
  });
});
