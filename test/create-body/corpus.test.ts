import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { asDockerId, asEpochMs } from "../../src/core/brand.ts";
import { InvalidTaskDefinitionError, parseTaskDefinition } from "../../src/core/definition/parse.ts";
import type { TaskDefinition } from "../../src/core/definition/types.ts";
import { leasesFor, requestedHostPorts } from "../../src/core/host-ports.ts";
import type { Task } from "../../src/core/task.ts";
import { buildTask } from "../../src/core/task-builder.ts";
import { aContext } from "../../src/docker/create-body/a-context.ts";
import { buildCreateBody } from "../../src/docker/create-body/index.ts";
import type { CreateBody } from "../../src/ports/docker-client.ts";
import { PAUSE_IMAGE } from "../../src/resources/pause-image.ts";

const CORPUS = fileURLToPath(new URL("../../../shared/corpus/task-definitions/", import.meta.url));

/** Those that break no rule; the others are the parser's business. */
function corpus(): readonly (readonly [file: string, definition: TaskDefinition])[] {
  if (!existsSync(CORPUS)) return [];
  return readdirSync(CORPUS).flatMap((file) => {
    const definition = parsed(readFileSync(`${CORPUS}${file}`, "utf8"));
    return definition === undefined ? [] : [[file, definition] as const];
  });
}

function parsed(text: string): TaskDefinition | undefined {
  try {
    return parseTaskDefinition(JSON.parse(text));
  } catch (error) {
    if (error instanceof InvalidTaskDefinitionError) return undefined;
    throw error;
  }
}

/** As the engine has it when everything was made that containers refer to. */
function readyToCreate(definition: TaskDefinition): Task {
  let drawn = 0;
  const hex = (digits: number): string => (++drawn).toString(16).padStart(digits, "0");
  const identity = { cluster: "default", region: "us-east-1", accountId: "000000000000", revision: 1 };
  const task = buildTask(definition, {
    ...identity,
    now: asEpochMs(0),
    hex,
    uuid: () => hex(32),
    pauseImage: PAUSE_IMAGE,
    stopTimeoutMs: 30_000,
  });
  const containers = task.containers.map((container) => ({
    ...container,
    dockerId: asDockerId(hex(64)),
    hostPorts: requestedHostPorts(task, container).flatMap((request) => leasesFor(request, request.hostPort ?? 40_000)),
  }));
  return { ...task, containers };
}

function bodiesOf(task: Task): readonly CreateBody[] {
  const volumePaths = Object.fromEntries(task.definition.volumes.map(({ name }) => [name, `/mnt/${name}`]));
  return task.containers.map((container) => buildCreateBody(task, container, aContext({ volumePaths })));
}

const DEFINITIONS = corpus();

describe("buildCreateBody() over published task definitions", () => {
  afterAll(() => {
    if (DEFINITIONS.length === 0) console.info(`No task definitions in ${CORPUS}: nothing to try`);
  });

  it("makes a body for every container, or says why not on this host", () => {
    const refused = DEFINITIONS.flatMap(([file, definition]) => {
      const task = readyToCreate(definition);
      try {
        for (const body of bodiesOf(task)) expectSound(body);
        return [];
      } catch (error) {
        return [`${file}: ${String(error)}`];
      }
    });
    // Active Directory is the one thing in them that no host without it can stand in for.
    expect(refused.filter((line) => !line.includes("HostConfigError: Cannot use credential spec"))).toEqual([]);
  });
});

function expectSound(body: CreateBody): void {
  expect(JSON.parse(JSON.stringify(body))).toEqual(body);
  const names = (body.Env ?? []).map((entry) => entry.split("=", 1)[0]);
  expect(new Set(names).size).toBe(names.length);
  expect(body.HostConfig?.RestartPolicy).toEqual({ Name: "no" });
  expect(body.Labels?.["berth.engine-id"]).toBe("engine-1");
}
