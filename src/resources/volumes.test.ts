import { beforeEach, describe, expect, it } from "vitest";
import type { Volume } from "../core/definition/types.ts";
import { EngineError } from "../core/errors.ts";
import { volumeResourcesOf } from "../core/resources/volumes.ts";
import type { Task, TaskResource } from "../core/task.ts";
import type { DockerClient, VolumeInspection } from "../ports/docker-client.ts";
import { aDefinition, aTask } from "../testing/builders.ts";
import { type DockerVolumeOptions, DockerVolumeResource } from "./volumes.ts";

/** Volumes as a daemon keeps them: making one that exists gives that one. */
class VolumesInMemory implements Pick<DockerClient, "createVolume" | "inspectVolume" | "removeVolume"> {
  readonly volumes = new Map<string, VolumeInspection>();
  readonly created: string[] = [];
  failure: EngineError | undefined;

  async createVolume({ name, driver, driverOpts = {}, labels = {} }: Parameters<DockerClient["createVolume"]>[0]) {
    if (this.failure !== undefined) throw this.failure;
    const existing = this.volumes.get(name);
    if (existing !== undefined) return existing;
    const volume = { name, driver, labels, options: driverOpts, mountpoint: `/volumes/${name}` };
    this.volumes.set(name, volume);
    this.created.push(name);
    return volume;
  }

  async inspectVolume(name: string) {
    if (this.failure !== undefined) throw this.failure;
    return this.volumes.get(name);
  }

  async removeVolume(name: string) {
    if (this.failure !== undefined) throw this.failure;
    this.volumes.delete(name);
  }
}

const signal = new AbortController().signal;
let daemon: VolumesInMemory;

beforeEach(() => {
  daemon = new VolumesInMemory();
});

function prepared(volume: Volume, taskId = "a".repeat(32)): { readonly task: Task; readonly resource: TaskResource } {
  const mountPoints = [{ sourceVolume: volume.name, containerPath: "/data", readOnly: false }];
  const definition = aDefinition({ volumes: [volume], containerDefinitions: [{ mountPoints }] });
  const resources = volumeResourcesOf(definition, { family: "shop", revision: 1 }, (digits) => taskId.slice(0, digits));
  const [resource] = resources;
  if (resource === undefined) throw new Error("the definition needs a volume");
  return { task: aTask({ id: taskId, definition, resources }), resource };
}

function adapter(options: Partial<DockerVolumeOptions> = {}): DockerVolumeResource {
  return new DockerVolumeResource(daemon, { engineId: "engine-1", ...options });
}

const shared = (autoprovision: boolean, labels: Readonly<Record<string, string>> = {}): Volume => ({
  name: "data",
  dockerVolumeConfiguration: { scope: "shared", autoprovision, driver: "local", labels },
});

const volumeError = (message: string) =>
  expect.objectContaining({ name: "VolumeError", message: expect.stringContaining(message) });

describe("DockerVolumeResource, volumes of a task", () => {
  it("VOL-1: are made for each task, marked as its own, and gone afterwards", async () => {
    const first = prepared({ name: "data" }, "a".repeat(32));
    const second = prepared({ name: "data" }, "b".repeat(32));
    await adapter().create(first.task, first.resource, signal);
    await adapter().create(second.task, second.resource, signal);
    expect([...daemon.volumes.keys()]).toEqual([
      `ecs-shop-1-data-${"a".repeat(20)}`,
      `ecs-shop-1-data-${"b".repeat(20)}`,
    ]);
    expect(daemon.volumes.get(`ecs-shop-1-data-${"a".repeat(20)}`)?.labels).toEqual({
      "com.amazonaws.ecs.task-arn": first.task.arn,
      "berth.engine-id": "engine-1",
    });
    await adapter().remove(first.task, first.resource, signal);
    await adapter().remove(second.task, second.resource, signal);
    expect(daemon.volumes.size).toBe(0);
  });

  it("VOL-1: are not removed when a row gives them a name that only people give", async () => {
    const { task, resource } = prepared({ name: "scratch" });
    await daemon.createVolume({ name: "postgres-data", driver: "local" });
    const forged = { ...resource, spec: { ...resource.spec, volumeName: "postgres-data" } };
    await expect(new DockerVolumeResource(daemon, { engineId: "e" }).remove(task, forged, signal)).rejects.toThrow(
      "Volume postgres-data is not this task's own",
    );
    expect([...daemon.volumes.keys()]).toEqual(["postgres-data"]);
  });

  it("VOL-8: are made once, however often they are asked for", async () => {
    const { task, resource } = prepared({ name: "data" });
    await adapter().create(task, resource, signal);
    await adapter().create(task, resource, signal);
    expect(daemon.created).toHaveLength(1);
    await adapter().remove(task, resource, signal);
    await adapter().remove(task, resource, signal);
    expect(daemon.volumes.size).toBe(0);
  });

  it("VOL-9: fail with the daemon's text", async () => {
    daemon.failure = new EngineError("CannotCreateVolumeError", 'plugin "nope" not found', { status: 404 });
    const { task, resource } = prepared({ name: "data", dockerVolumeConfiguration: { scope: "task", driver: "nope" } });
    await expect(adapter().create(task, resource, signal)).rejects.toThrow(volumeError('plugin "nope" not found'));
  });

  it("stay retryable when the daemon was only away", async () => {
    daemon.failure = new EngineError("CannotRemoveVolumeError", "no answer", { retryable: true, indeterminate: true });
    const { task, resource } = prepared({ name: "data" });
    const failure = { name: "VolumeError", retryable: true, indeterminate: true };
    await expect(adapter().remove(task, resource, signal)).rejects.toMatchObject(failure);
  });
});

describe("DockerVolumeResource, shared volumes", () => {
  it("VOL-2: are made once for two tasks at the same time, and stay after both", async () => {
    const tasks = [prepared(shared(true), "a".repeat(32)), prepared(shared(true), "b".repeat(32))];
    const volumes = adapter();
    await Promise.all(tasks.map(({ task, resource }) => volumes.create(task, resource, signal)));
    expect(daemon.created).toEqual(["data"]);
    for (const { task, resource } of tasks) await volumes.remove(task, resource, signal);
    expect([...daemon.volumes.keys()]).toEqual(["data"]);
    expect(daemon.volumes.get("data")?.labels).toEqual({});
  });

  it("VOL-3: must exist without autoprovision", async () => {
    const { task, resource } = prepared(shared(false));
    const message = "volume 'data' does not exist and autoprovision is set to false";
    await expect(adapter().create(task, resource, signal)).rejects.toThrow(volumeError(message));
    expect(daemon.volumes.size).toBe(0);
    await daemon.createVolume({ name: "data", driver: "local" });
    await adapter().create(task, resource, signal);
  });

  it("VOL-5: must match when that is asked for", async () => {
    await daemon.createVolume({ name: "data", driver: "local", labels: { owner: "other" } });
    const { task, resource } = prepared(shared(true, { owner: "me" }));
    await adapter({ matchFullConfig: false }).create(task, resource, signal);
    await expect(adapter({ matchFullConfig: true }).create(task, resource, signal)).rejects.toThrow(
      volumeError("other labels"),
    );
    const same = prepared(shared(true, { owner: "other" }));
    await adapter({ matchFullConfig: true }).create(same.task, same.resource, signal);
  });

  it.each([
    ["driver", { driver: "nfs" }],
    ["driver options", { driver: "local", driverOpts: { type: "tmpfs" } }],
  ])("VOL-5: mismatch of the %s", async (what, existing) => {
    await daemon.createVolume({ name: "data", ...existing });
    const { task, resource } = prepared(shared(true));
    await expect(adapter({ matchFullConfig: true }).create(task, resource, signal)).rejects.toThrow(
      volumeError(`other ${what}`),
    );
  });

  it("are not made when the look for them failed", async () => {
    daemon.failure = new EngineError("DockerTimeoutError", "no answer within 5 minutes");
    const { task, resource } = prepared(shared(true));
    await expect(adapter().create(task, resource, signal)).rejects.toThrow(volumeError("no answer within 5 minutes"));
    expect(daemon.created).toEqual([]);
  });
});
