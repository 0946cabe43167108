/** Whatever happens, in whatever order: the harness checks its invariants after every single step. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lifeArbitrary, type Move, machineConfigArbitrary, taskArbitrary } from "../../testing/machine-arbitraries.ts";
import { MachineWorld } from "../../testing/machine-harness.ts";
import { MovePlayer } from "../../testing/machine-moves.ts";
import { isTaskBlocker } from "../blocker.ts";
import type { Container, Task } from "../task.ts";
import { whyBlocked } from "./advance.ts";
import type { MachineConfig } from "./config.ts";
import type { Input } from "./input.ts";

const RUNS = 600;
const RUNS_LOOKING_TWICE = 200;
/** Far more than any task of six containers needs. */
const MANY_ROUNDS = 200;

function begin(task: Task, config: MachineConfig): MachineWorld {
  return MachineWorld.begin(task, { config });
}

function live(world: MachineWorld, moves: readonly Move[], afterEach: (world: MachineWorld) => void = () => {}): void {
  const player = new MovePlayer(world);
  for (const move of moves) {
    if (world.isForgotten) return;
    player.play(move);
    afterEach(world);
  }
}

/** Everything is answered, everything due is waited for, until the task is STOPPED. */
function driveToStopped(world: MachineWorld): void {
  for (let round = 0; world.task.knownStatus !== "STOPPED" || world.docker.running.length > 0; round += 1) {
    expect(round, `still ${world.task.knownStatus}, running ${world.docker.running}`).toBeLessThan(MANY_ROUNDS);
    world.settle();
    for (const name of world.docker.running) world.look(name);
    if (world.pending.length === 0 && world.wakeAt !== undefined) world.advance(world.wakeAt - world.now);
  }
}

function driveToForgotten(world: MachineWorld): void {
  world.acknowledge();
  for (let round = 0; !world.isForgotten; round += 1) {
    expect(round, "not forgotten").toBeLessThan(MANY_ROUNDS);
    world.settle();
    if (world.wakeAt !== undefined) world.advance(world.wakeAt - world.now);
  }
}

function isMoving({ knownStatus, desiredStatus, stopOwed }: Container): boolean {
  return stopOwed || (knownStatus !== "STOPPED" && knownStatus !== desiredStatus);
}

function expectReasons(world: MachineWorld): void {
  const blockers = whyBlocked(world.task, world.now, world.config);
  const isQueued = blockers.some((each) => each.type === "hostResources");
  for (const container of world.task.containers.filter(isMoving)) {
    const reasons = blockers.filter((each) => !isTaskBlocker(each) && each.containerName === container.name);
    expect(reasons.length > 0 || isQueued, `${container.name} is ${container.knownStatus} for no reason`).toBe(true);
  }
  for (const blocker of blockers) {
    if (blocker.type !== "docker") continue;
    expect(world.pending).toContain(`${blocker.action} ${blocker.containerName}`);
  }
}

/** The very same task, so that nothing is saved. Compared by hand: a diff of tasks would make shrinking slow. */
function expectNothing(world: MachineWorld, input: Input): void {
  const before = world.task;
  const { task, effects, changes } = world.send(input);
  const changed = task.containers.filter((each, index) => each !== before.containers[index]).map((each) => each.name);
  expect({ same: task === before, changed, effects, changes }).toEqual({
    same: true,
    changed: [],
    effects: [],
    changes: [],
  });
}

describe("step() under random lives", () => {
  it("keeps all invariants, and a stop request ends every task within bounds and leaves nothing behind", () => {
    fc.assert(
      fc.property(taskArbitrary, machineConfigArbitrary, lifeArbitrary, (task, config, moves) => {
        const world = begin(task, config);
        live(world, moves);
        if (world.isForgotten) return;
        world.stop();
        driveToStopped(world);
        driveToForgotten(world);
        expect(world.docker.names).toEqual([]);
      }),
      { numRuns: RUNS },
    );
  });

  it("ends every task once its containers end by themselves", () => {
    fc.assert(
      fc.property(taskArbitrary, machineConfigArbitrary, fc.constantFrom(0, 1), (drawn, config, exitCode) => {
        const containers = drawn.containers.map((each) => ({ ...each, restartPolicy: { enabled: false } }));
        const world = begin({ ...drawn, containers }, config);
        for (let round = 0; world.task.knownStatus !== "STOPPED"; round += 1) {
          expect(round, `still ${world.task.knownStatus}`).toBeLessThan(MANY_ROUNDS);
          world.settle();
          for (const name of world.docker.running) world.healthy(name);
          world.settle();
          const [name] = world.docker.running;
          if (name !== undefined) world.exit(name, exitCode);
        }
        driveToForgotten(world);
      }),
      { numRuns: RUNS },
    );
  });

  it("can say of everything that waits what it waits for", () => {
    fc.assert(
      fc.property(taskArbitrary, machineConfigArbitrary, lifeArbitrary, (task, config, moves) => {
        live(begin(task, config), moves, expectReasons);
      }),
      { numRuns: RUNS },
    );
  });

  it("takes the same observation twice as no news, and hands out nothing when a timer fires too early", () => {
    fc.assert(
      fc.property(taskArbitrary, machineConfigArbitrary, lifeArbitrary, (task, config, moves) => {
        live(begin(task, config), moves, (world) => {
          if (world.isForgotten) return;
          for (const name of world.docker.names.filter((each) => world.container(each).dockerId !== undefined)) {
            const observation = world.docker.look(name);
            world.see(name, observation);
            expectNothing(world, { type: "containerObserved", containerName: name, observation });
          }
          if (!world.isForgotten) expectNothing(world, { type: "timerFired" });
        });
      }),
      { numRuns: RUNS_LOOKING_TWICE },
    );
  });
});
