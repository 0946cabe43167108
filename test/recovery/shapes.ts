/**
 * The kinds of task that a life is made of, and what must become of each. `phase 1` is how a task stands before anybody
 * asks for its stop; afterwards all are stopped and cleaned up.
 */
import type { EpochMs } from "../../src/core/brand.ts";
import { parseTaskDefinition } from "../../src/core/definition/parse.ts";
import type { TaskDefinition } from "../../src/core/definition/types.ts";
import type { Task } from "../../src/core/task.ts";
import { buildTask, NETWORK_PAUSE_NAME } from "../../src/core/task-builder.ts";
import { PAUSE_IMAGE } from "../../src/resources/pause-image.ts";
import { SeededRandom } from "../../src/testing/seeded-random.ts";
import { IMAGE } from "../docker-client/real-daemon.ts";

const IDENTITY = { cluster: "default", region: "us-east-1", accountId: "000000000000", revision: 1 } as const;

/** Ends on SIGTERM. */
const SERVES = "trap 'exit 0' TERM; sleep 1000 & wait";
/** Fails twice, then stays. Each run is counted in the container's own file system. */
const FAILS_TWICE = `n=$(cat /runs 2>/dev/null || echo 0); echo $((n+1)) >/runs; if [ $n -lt 2 ]; then sleep 0.2; exit 1; fi; ${SERVES}`;

export type Shape = {
  readonly name: string;
  /** How the task stands when nothing more is to happen without a stop. */
  readonly rests: "RUNNING" | "STOPPED";
  /** How often each container is started in its life, internal ones too. */
  readonly starts: Readonly<Record<string, number>>;
  /** Exit codes that show in the last state changes. */
  readonly exitCodes: Readonly<Record<string, number>>;
  /** Its stop comes while its container is being created: nothing of it may ever run, or be there. */
  readonly stopsAtCreate?: true;
  readonly definition: () => TaskDefinition;
};

function sh(name: string, script: string, more: object = {}): object {
  return { name, image: IMAGE, memory: 16, essential: true, stopTimeout: 2, command: ["sh", "-c", script], ...more };
}

function define(containerDefinitions: readonly object[], more: object = {}): TaskDefinition {
  return parseTaskDefinition({ family: "recovery", containerDefinitions, ...more });
}

const MOUNT = { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] };

export const SHAPES: readonly Shape[] = [
  {
    name: "one container that runs on",
    rests: "RUNNING",
    starts: { web: 1 },
    exitCodes: { web: 0 },
    definition: () => define([sh("web", SERVES)]),
  },
  {
    name: "two with an order and a volume",
    rests: "RUNNING",
    starts: { init: 1, app: 1 },
    exitCodes: { init: 0, app: 0 },
    definition: () =>
      define(
        [
          sh("init", "echo ready >/data/ready", { essential: false, ...MOUNT }),
          sh("app", `[ -e /data/ready ] || exit 9; ${SERVES}`, {
            dependsOn: [{ containerName: "init", condition: "SUCCESS" }],
            ...MOUNT,
          }),
        ],
        { volumes: [{ name: "data", dockerVolumeConfiguration: { scope: "task", driver: "local" } }] },
      ),
  },
  {
    name: "a quick exit",
    rests: "STOPPED",
    starts: { job: 1 },
    exitCodes: { job: 3 },
    definition: () => define([sh("job", "exit 3")]),
  },
  {
    name: "awsvpc with a pause container",
    rests: "RUNNING",
    starts: { [NETWORK_PAUSE_NAME]: 1, app: 1 },
    // Deaf to SIGTERM: ends by SIGKILL.
    exitCodes: { app: 137 },
    definition: () => define([sh("app", "exec sleep 1000")], { networkMode: "awsvpc" }),
  },
  {
    name: "a restart policy",
    rests: "RUNNING",
    starts: { worker: 3 },
    exitCodes: { worker: 0 },
    definition: () => withoutAttemptPeriod(define([sh("worker", FAILS_TWICE, { restartPolicy: { enabled: true } })])),
  },
  {
    name: "a stop in the middle of the create",
    rests: "RUNNING",
    starts: { web: 1 },
    exitCodes: {},
    stopsAtCreate: true,
    definition: () => define([sh("web", SERVES)]),
  },
];

/** A minute is the least that a definition may say, and longer than a test. */
function withoutAttemptPeriod(definition: TaskDefinition): TaskDefinition {
  const restartPolicy = { enabled: true, restartAttemptPeriod: 0 };
  const containerDefinitions = definition.containerDefinitions.map((each) => ({ ...each, restartPolicy }));
  return { ...definition, containerDefinitions };
}

export function shapeOf(index: number): Shape {
  const shape = SHAPES[index % SHAPES.length];
  if (shape === undefined) throw new Error("Cannot choose a shape: there is none");
  return shape;
}

/** The same for every start of a program. */
function taskIdOf(seed: string, index: number): string {
  return new SeededRandom(`${seed}/task/${index}`).hex(32);
}

export function taskArnOf(seed: string, index: number): string {
  const { region, accountId, cluster } = IDENTITY;
  return `arn:aws:ecs:${region}:${accountId}:task/${cluster}/${taskIdOf(seed, index)}`;
}

/** The same names too, so that the same points of a life are chosen for a kill. */
export function buildShape(seed: string, index: number, now: EpochMs): Task {
  const random = new SeededRandom(`${seed}/names/${index}`);
  return buildTask(shapeOf(index).definition(), {
    ...IDENTITY,
    now,
    hex: (digits) => random.hex(digits),
    uuid: () => random.uuid(),
    pauseImage: PAUSE_IMAGE,
    stopTimeoutMs: 2_000,
    taskId: taskIdOf(seed, index),
  });
}
