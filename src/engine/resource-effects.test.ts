import { describe, expect, it } from "vitest";
import type { Input } from "../core/machine/input.ts";
import type { TaskResource } from "../core/task.ts";
import type { TaskResourceAdapter } from "../ports/task-resource.ts";
import { aTask } from "../testing/builders.ts";
import { MemoryLog } from "../testing/memory-log.ts";
import { aWorld } from "../testing/simulated-docker/test-world.ts";
import { ContainerCalls, DEFAULT_CALL_LIMITS } from "./container-calls.ts";
import { ResourceEffects } from "./resource-effects.ts";

const volume = { id: "dockerVolume/data", type: "dockerVolume" } as TaskResource;
const task = aTask({ resources: [volume] });

function setUp(adapter?: Partial<TaskResourceAdapter>) {
  const { client, clock } = aWorld();
  const end = new AbortController();
  const sent: Input[] = [];
  const effects = new ResourceEffects({
    calls: new ContainerCalls(client, clock, DEFAULT_CALL_LIMITS, end.signal),
    resources: new Map(
      adapter === undefined ? [] : [["dockerVolume", { type: "dockerVolume", ...adapter } as TaskResourceAdapter]],
    ),
    log: new MemoryLog(),
    signal: end.signal,
    send: (_, input) => sent.push(input),
  });
  const perform = (type: "createResource" | "removeResource", resourceId = volume.id) =>
    clock.resolve(effects.perform({ type, resourceId, actionId: 7 }, task));
  return { perform, sent, end };
}

const answer = (error?: object, resourceId = volume.id) => ({
  type: "resourceFinished",
  resourceId,
  actionId: 7,
  error,
});

describe("ResourceEffects.perform()", () => {
  it("answers when it was made or removed, each by its own call", async () => {
    const done: string[] = [];
    const { perform, sent } = setUp({
      create: async () => void done.push("create"),
      remove: async () => void done.push("remove"),
    });
    await perform("createResource");
    await perform("removeResource");
    expect(done).toEqual(["create", "remove"]);
    expect(sent).toEqual([answer(), answer()]);
  });

  it("answers with what failed, and not at all when the engine has ended", async () => {
    const { perform, sent, end } = setUp({ create: () => Promise.reject(new Error("no room")) });
    await perform("createResource");
    expect(sent).toEqual([answer({ name: "ResourceInitializationError", message: "no room" })]);
    end.abort();
    await perform("createResource");
    expect(sent).toHaveLength(1);
  });

  it("answers for what nobody here can make, and for what the task does not have", async () => {
    const none = setUp();
    await none.perform("createResource");
    const error = { name: "ResourceInitializationError", message: `no adapter for task resource ${volume.id}` };
    expect(none.sent).toEqual([answer(error)]);
    const other = setUp({});
    await other.perform("removeResource", "dockerVolume/other");
    expect(other.sent[0]).toMatchObject({
      resourceId: "dockerVolume/other",
      error: { name: "ResourceInitializationError" },
    });
  });
});
