import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { aContext } from "../../docker/create-body/a-context.ts";
import { buildCreateBody } from "../../docker/create-body/index.ts";
import { readyTask } from "../../testing/ready-task.ts";
import { asEpochMs } from "../brand.ts";
import { memberAt } from "../ecs-model/members.ts";
import { planTask } from "../plan.ts";
import { decideRestart } from "../restart-policy.ts";
import type { Container } from "../task.ts";
import { buildTask } from "../task-builder.ts";
import { aRequest, definitionOf } from "./a-definition.ts";
import { DEFAULTS, type Default, isSameAs } from "./defaults.ts";
import { TASK_MEMBERS } from "./members.ts";
import type { NetworkMode, TaskDefinition } from "./types.ts";

/** A request in which every member with a default has a place to stand. */
function roomy(): Record<string, unknown> {
  const helper = { name: "helper", image: "busybox", memory: 64, essential: false };
  const request = aRequest(
    {
      volumes: [
        {
          name: "data",
          dockerVolumeConfiguration: { driver: "local", labels: { a: "b" } },
        },
      ],
      runtimePlatform: {},
    },
    {
      portMappings: [{ containerPort: 80 }],
      restartPolicy: { enabled: true },
      mountPoints: [{ sourceVolume: "data", containerPath: "/data" }],
      volumesFrom: [{ sourceContainer: "helper" }],
      linuxParameters: { devices: [{ hostPath: "/dev/null" }], maxSwap: 8 },
      dependsOn: [{ containerName: "helper", condition: "COMPLETE" }],
      healthCheck: { command: ["CMD", "true"] },
    },
  );
  return { ...request, containerDefinitions: [...(request.containerDefinitions as object[]), helper] };
}

/** Volumes of other kinds stand alone. */
const VOLUMES: readonly (readonly [start: string, volume: object])[] = [
  ["volumes[].efsVolumeConfiguration.", { name: "data", efsVolumeConfiguration: { fileSystemId: "fs-1" } }],
  ["volumes[].s3filesVolumeConfiguration.", { name: "data", s3filesVolumeConfiguration: { fileSystemArn: "arn" } }],
];

function requestFor(member: string): Record<string, unknown> {
  let request = roomy();
  const volume = VOLUMES.find(([start]) => member.startsWith(start))?.[1];
  // What the daemon would mount is not there, so nothing mounts it.
  if (volume !== undefined) Object.assign(request, { volumes: [volume] });
  if (volume !== undefined || member === "volumes") request.containerDefinitions = unmounted(request);
  if (member.endsWith(".autoprovision")) request = put(request, "volumes[].dockerVolumeConfiguration.scope", "shared");
  if (member.startsWith("proxyConfiguration")) request.proxyConfiguration = { containerName: "web" };
  return request;
}

function unmounted(request: Readonly<Record<string, unknown>>): unknown[] {
  return (request.containerDefinitions as object[]).map((each) => ({ ...each, mountPoints: [] }));
}

/** `request` with `value` at the member, or without the member. Entries are the first of their list. */
function put(request: unknown, member: string, value: unknown): Record<string, unknown> {
  const copy = structuredClone(request) as Record<string, unknown>;
  const words = member.split(/\.|(?=\[\])/).map((word) => (word === "[]" ? "0" : word));
  const last = words.pop() ?? "";
  let holder = copy;
  for (const word of words) {
    holder[word] ??= {};
    holder = holder[word] as Record<string, unknown>;
  }
  if (value === undefined) delete holder[last];
  else holder[last] = value;
  return copy;
}

function at(definition: TaskDefinition, member: string): unknown {
  let value: unknown = definition;
  for (const word of member.split(/\.|(?=\[\])/)) {
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[word === "[]" ? "0" : word];
  }
  return value;
}

/** What the plan, the engine and Docker make of a definition; the definition itself is left out. */
function outcome(definition: TaskDefinition) {
  let id = 0;
  const next = () => {
    id += 1;
    return String(id);
  };
  const { definition: _, ...task } = buildTask(definition, {
    cluster: "default",
    region: "us-east-1",
    accountId: "000000000000",
    revision: 1,
    now: asEpochMs(0),
    hex: next,
    uuid: next,
    pauseImage: "pause",
    stopTimeoutMs: 30_000,
  });
  return {
    plan: planTask(definition),
    task: { ...task, containers: task.containers.map(withoutPolicy) },
    ...bodies(definition),
  };
}

/** How it is taken stands beside it. */
function withoutPolicy({ restartPolicy: _, ...container }: Container) {
  return container;
}

function bodies(definition: TaskDefinition) {
  const task = readyTask(definition);
  const created = task.containers.map((container) => buildCreateBody(task, container, aContext()));
  const restarts = task.containers.map((container) =>
    [1, 60, 299, 300, 301].map((seconds) =>
      decideRestart({ ...container, startedAt: asEpochMs(0) }, 1, asEpochMs(seconds * 1000)),
    ),
  );
  return { created, restarts };
}

/** The default as it would be written out. */
function written(member: string, value: unknown, request: Record<string, unknown>): unknown {
  // What Fargate gives without being asked is less than can be asked for.
  if (member === "ephemeralStorage.sizeInGiB") return 21;
  if (!isSameAs(value)) return value;
  return at(request as TaskDefinition, member.replace(/\w+$/, value.sameAs));
}

const BY_MODE = "containerDefinitions[].portMappings[].hostPort";
const plain = [...DEFAULTS].filter(([member]) => member !== BY_MODE);
const those = (here: Default["here"]) => plain.filter(([, each]) => each.here === here);

function withAndWithout(member: string, { value }: Default) {
  const request = requestFor(member);
  const without = definitionOf(put(request, member, undefined));
  return { without, written: definitionOf(put(request, member, written(member, value, request))) };
}

describe("DEFAULTS", () => {
  it("names members of the schema only", () => {
    for (const member of DEFAULTS.keys()) {
      const keys = member.split(/\.|(?=\[\])/).map((word) => (word === "[]" ? 0 : word));
      expect(memberAt(TASK_MEMBERS, keys), member).toBeDefined();
    }
  });

  it.each(those("filled in"))(
    "%s: stands in the normalised definition, and behaves as if it were written",
    (member, each) => {
      const made = withAndWithout(member, each);
      expect(at(made.without, member)).toEqual(each.value);
      expect(made.without).toEqual(made.written);
    },
  );

  it.each(those("applied"))("%s: absent, it is taken as if it were written", (member, each) => {
    const made = withAndWithout(member, each);
    expect(at(made.without, member)).toBeUndefined();
    expect(outcome(made.without)).toEqual(outcome(made.written));
  });

  it.each(those("left out"))("%s: absent, nothing is sent", (member, each) => {
    const made = withAndWithout(member, each);
    const sent = bodies(made.written).created;
    expect(sent).toMatchObject(bodies(made.without).created);
    expect(sent).not.toEqual(bodies(made.without).created);
  });

  it.each(those("not applied"))("%s: changes nothing here", (member, each) => {
    const made = withAndWithout(member, each);
    expect(outcome(made.without)).toEqual(outcome(made.written));
  });

  it.each(["bridge", "none", "awsvpc", "host"] as const)(
    `${BY_MODE} is the one of network mode %s`,
    (networkMode: NetworkMode) => {
      const portMappings = networkMode === "none" ? [] : [{ containerPort: 80 }];
      const expected = { bridge: [0], none: [], awsvpc: [80], host: [80] };
      const definition = definitionOf(aRequest({ networkMode }, { portMappings }));
      expect(definition.containerDefinitions[0]?.portMappings.map(({ hostPort }) => hostPort)).toEqual(
        expected[networkMode],
      );
    },
  );
});

const SOURCES = fileURLToPath(new URL("../../", import.meta.url));
/** Where definitions are read. Members of other things have such names elsewhere. */
const READERS = ["core", "docker/create-body", "resources", "cli", "agent"];

/** Not `cpu`: the task's is called so too, and has no default. */
describe("the sources", () => {
  it("give no member of the table a number or word of their own to fall back on", () => {
    const names = [...DEFAULTS.keys()].flatMap((member) => /\w+$/.exec(member) ?? []).filter((name) => name !== "cpu");
    const fallback = new RegExp(`\\b(${names.join("|")})"?\\]?\\s*(\\?\\?=?|\\|\\|=?)\\s*("[^"]|\\d|true\\b|false\\b)`);
    const found = sourceFiles().flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => fallback.test(line))
        .map((line) => `${file.slice(SOURCES.length)}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });
});

function sourceFiles(): string[] {
  return READERS.flatMap((folder) =>
    readdirSync(`${SOURCES}${folder}`, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .map((file) => `${SOURCES}${folder}/${file}`),
  );
}
