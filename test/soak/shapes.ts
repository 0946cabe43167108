/** The kinds of task that a soak is made of, for the simulated and the real daemon alike, and how each must end. */
import { parseTaskDefinition } from "../../src/core/definition/parse.ts";
import type { TaskDefinition } from "../../src/core/definition/types.ts";
import type { StopRequest } from "../../src/engine/task-engine.ts";

export type Shape = {
  readonly name: string;
  readonly definition: TaskDefinition;
  /** When the task is told to stop, counted from when it was added; otherwise it ends by itself. */
  readonly stop?: StopRequest & { readonly afterMs: number };
  /** Removed as soon as it is STOPPED instead of after the clean-up wait. */
  readonly removeAtOnce?: true;
  /** How it may end, as {@link endingOf} tells it. */
  readonly endings: readonly RegExp[];
};

/** A container whose command is in no image; the simulated daemon has to be told. */
export const NO_COMMAND = "no-command";
const SERVES = "trap 'exit 0' TERM; sleep 1000 & wait";

/**
 * A service that is told to stop, whenever that meets it: `-` before its start (the daemon may have been away), 2 while
 * the runtime makes way for the shell, 143 before the shell has its trap.
 */
const STOPPED_SERVICE = /^UserInitiated web=(-|0|2|143)$/;

/** @param image of every container, unless it says otherwise @param missingImage cannot be had */
export function shapesOn(image: string, missingImage: string): readonly Shape[] {
  const sh = (name: string, script: string, more: object = {}) => {
    return { name, image, memory: 16, stopTimeout: 2, command: ["sh", "-c", script], ...more };
  };
  const define = (containerDefinitions: readonly object[], more: object = {}) =>
    parseTaskDefinition({ family: "soak", networkMode: "none", containerDefinitions, ...more });
  const data = { mountPoints: [{ sourceVolume: "data", containerPath: "/data" }] };
  const after = (containerName: string, condition: string) => ({ dependsOn: [{ containerName, condition }] });
  const check = { command: ["CMD-SHELL", "true"], interval: 5, timeout: 2, retries: 3 };

  return [
    { name: "quick exit", definition: define([sh("job", "exit 0")]), endings: [/^EssentialContainerExited job=0$/] },
    {
      name: "failure, removed at once",
      definition: define([sh("job", "echo no; sleep 1; exit 3")]),
      removeAtOnce: true,
      endings: [/^EssentialContainerExited job=3$/],
    },
    {
      name: "service, stopped",
      definition: define([sh("web", SERVES)]),
      stop: { afterMs: 4_000, reason: "soak" },
      endings: [STOPPED_SERVICE],
    },
    {
      name: "order and a volume",
      definition: define(
        [
          sh("init", "echo ready > /data/ready", { essential: false, ...data }),
          sh("app", "sleep 1; exit 0", { ...after("init", "SUCCESS"), ...data }),
        ],
        { volumes: [{ name: "data", dockerVolumeConfiguration: { scope: "task", driver: "local" } }] },
      ),
      endings: [/^EssentialContainerExited init=0 app=0$/],
    },
    {
      name: "stopped while it begins",
      definition: define([sh("web", SERVES)]),
      stop: { afterMs: 0 },
      endings: [STOPPED_SERVICE],
    },
    {
      name: "sidecar with health",
      definition: define([
        sh("proxy", SERVES, { essential: false, healthCheck: check }),
        sh("app", "sleep 1; exit 0", after("proxy", "HEALTHY")),
      ]),
      endings: [/^EssentialContainerExited proxy=0 app=0$/],
    },
    {
      name: "task network, killed",
      definition: define([sh("web", "exec sleep 1000")], { networkMode: "awsvpc" }),
      stop: { afterMs: 3_000, force: true },
      // 127, 128: its start failed, the network's container had been killed before.
      endings: [/^UserInitiated web=(-|127|128|137)$/],
    },
    {
      name: "restarts",
      definition: restartsAtOnce(
        define([
          sh("flaky", "exit 1", { essential: false, restartPolicy: { enabled: true } }),
          sh("main", "sleep 2; exit 0"),
        ]),
      ),
      endings: [/^EssentialContainerExited flaky=(0|1|1\d\d) main=0$/],
    },
    {
      name: "dynamic ports",
      definition: define([sh("web", SERVES, { portMappings: [{ containerPort: 80 }, { containerPort: 81 }] })], {
        networkMode: "bridge",
      }),
      stop: { afterMs: 3_000 },
      endings: [STOPPED_SERVICE],
    },
    {
      name: "a fixed port, in turns",
      definition: define([sh("web", "sleep 1", { portMappings: [{ containerPort: 80, hostPort: 29_480 }] })], {
        networkMode: "bridge",
      }),
      endings: [/^EssentialContainerExited web=0$/],
    },
    {
      name: "no such command",
      definition: define([{ ...sh(NO_COMMAND, ""), command: ["/no/such/command"] }]),
      endings: [/^TaskFailedToStart no-command=(-|127)$/],
    },
    {
      name: "no such image",
      definition: define([sh("web", SERVES, { image: missingImage })]),
      endings: [/^TaskFailedToStart web=-$/],
    },
    {
      name: "never fits",
      definition: define([sh("web", SERVES, { memory: 100_000_000 })]),
      endings: [/^TaskFailedToStart web=-$/],
    },
    {
      name: "circular",
      definition: circular(define([sh("a", SERVES), sh("b", SERVES)])),
      endings: [/^TaskFailedToStart a=- b=-$/],
    },
  ];
}

/** A definition may not say less than a minute. */
function restartsAtOnce(definition: TaskDefinition): TaskDefinition {
  const containerDefinitions = definition.containerDefinitions.map((each) =>
    each.restartPolicy === undefined ? each : { ...each, restartPolicy: { enabled: true, restartAttemptPeriod: 0 } },
  );
  return { ...definition, containerDefinitions };
}

/** What validation refuses, and an engine may be given all the same. */
function circular(definition: TaskDefinition): TaskDefinition {
  const names = definition.containerDefinitions.map(({ name }) => name);
  const containerDefinitions = definition.containerDefinitions.map((each, index) => ({
    ...each,
    dependsOn: [{ containerName: names[(index + 1) % names.length] ?? "", condition: "START" as const }],
  }));
  return { ...definition, containerDefinitions };
}
