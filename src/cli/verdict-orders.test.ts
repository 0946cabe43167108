/** The exit code of a run depends on what happened, and not on what was noticed first: each file in every order of its facts. */
import { describe, expect, it } from "vitest";
import type { Container, ContainerAction } from "../core/task.ts";
import { aContainer } from "../testing/builders.ts";
import { aTaskOf, MachineWorld } from "../testing/machine-harness.ts";
import { endOfRun, type RunEnd } from "./exit-code.ts";

type Fact = { readonly name: string; readonly does: ContainerAction | "fail start" | "fail create" | number };

const WAY_UP: readonly ContainerAction[] = ["resolveManifest", "pull", "create", "start"];
const comesUp = (name: string): Fact[] => WAY_UP.map((does) => ({ name, does }));
const exits = (name: string, code: number): Fact[] => [...comesUp(name), { name, does: code }];
const cannotStart = (name: string): Fact[] => [...comesUp(name).slice(0, 3), { name, does: "fail start" }];
const cannotBeMade = (name: string): Fact[] => [...comesUp(name).slice(0, 2), { name, does: "fail create" }];

/** Every way to lay two rows of facts into one, each row in its own order. */
function interleavings(a: readonly Fact[], b: readonly Fact[]): readonly (readonly Fact[])[] {
  const [firstA, ...restA] = a;
  const [firstB, ...restB] = b;
  if (firstA === undefined) return [b];
  if (firstB === undefined) return [a];
  return [
    ...interleavings(restA, b).map((rest) => [firstA, ...rest]),
    ...interleavings(a, restB).map((rest) => [firstB, ...rest]),
  ];
}

/** What can no longer happen, because the task is on its way down, does not. */
function happen(world: MachineWorld, { name, does }: Fact): void {
  world.advance(1);
  if (typeof does === "number") {
    if (world.container(name).knownStatus === "RUNNING") world.exit(name, does);
    return;
  }
  const [word, action] = does.startsWith("fail ") ? ["fail", does.slice(5) as ContainerAction] : ["answer", does];
  if (!world.pending.includes(`${action} ${name}`)) return;
  if (word === "fail") world.fail(action as ContainerAction, name, { message: "Docker's words" });
  else world.answer(action as ContainerAction, name);
}

function endsOf(containers: () => readonly Container[], a: readonly Fact[], b: readonly Fact[]): readonly RunEnd[] {
  return interleavings(a, b).map((facts) => {
    const world = MachineWorld.begin(aTaskOf(...containers()));
    for (const fact of facts) happen(world, fact);
    world.settle();
    expect(world.task.knownStatus).toBe("STOPPED");
    return endOfRun(world.task, { type: "ended" });
  });
}

const two = (given: Partial<Container> = {}) => [
  aContainer({ name: "ok" }),
  aContainer({ essential: given.essential ?? true, name: "other" }),
];
const codes = (ends: readonly RunEnd[]) => [...new Set(ends.map(({ code }) => code))];

describe("the verdict in every order", () => {
  it("is 125 when an essential container cannot start beside one that exits 0, and names it", () => {
    const ends = endsOf(two, exits("ok", 0), cannotStart("other"));
    expect(ends).toHaveLength(126);
    expect(codes(ends)).toEqual([125]);
    for (const { message } of ends)
      expect(message).toMatch(/^other \(essential\) (could not be run: .*Docker's words|never started)/u);
  });

  it("is 125 when an essential container cannot be made", () => {
    expect(codes(endsOf(two, exits("ok", 0), cannotBeMade("other")))).toEqual([125]);
  });

  it("is 0 when it is not essential", () => {
    const pair = () => two({ essential: false });
    expect(codes(endsOf(pair, exits("ok", 0), cannotStart("other")))).toEqual([0]);
  });

  it("is the code of the failure when both run and one fails first, and never 0 by the other's exit", () => {
    const upBoth = [...comesUp("ok"), ...comesUp("other")];
    for (const [first, second] of [
      ["ok", "other"],
      ["other", "ok"],
    ] as const) {
      const world = MachineWorld.begin(aTaskOf(...two()));
      for (const fact of upBoth) happen(world, fact);
      world.docker.exit(first, 3, world.now);
      world.docker.exit(second, 0, world.now);
      world.look(second);
      world.look(first);
      world.settle();
      expect(endOfRun(world.task, { type: "ended" }).code).toBe(3);
    }
  });

  it("says of an essential container that was never begun because another had ended the task that it never started", () => {
    const world = MachineWorld.begin(aTaskOf(...two()));
    for (const fact of exits("ok", 0)) happen(world, fact);
    world.settle();
    expect(endOfRun(world.task, { type: "ended" })).toEqual({
      code: 125,
      message: expect.stringMatching(
        /^other \(essential\) never started: ok \(essential\) ended the task: exit code 0/u,
      ),
    });
  });
});
