import { describe, expect, it } from "vitest";
import type { MountPoint, Volume } from "../../core/definition/types.ts";
import type { Task } from "../../core/task.ts";
import { readyTask, withDockerIdentity } from "../../testing/ready-task.ts";
import { aContext } from "./a-context.ts";
import type { CreateContext } from "./context.ts";
import { buildCreateBody } from "./index.ts";

const mount: MountPoint = { sourceVolume: "data", containerPath: "/data", readOnly: false };

function withMount(volumes: readonly Volume[], mountPoint: MountPoint = mount): Task {
  return readyTask({ volumes, containerDefinitions: [{ mountPoints: [mountPoint] }] });
}

function binds(task: Task, context: Partial<CreateContext> = {}): readonly string[] {
  return task.containers.flatMap((each) => buildCreateBody(task, each, aContext(context)).HostConfig?.Binds ?? []);
}

const hostConfigError = (message: string) => expect.objectContaining({ name: "HostConfigError", message });

describe("binds", () => {
  it("TC-19: a read-only mount has a suffix", () => {
    const volumes: readonly Volume[] = [{ name: "data", host: { sourcePath: "/srv" } }];
    expect(binds(withMount(volumes))).toEqual(["/srv:/data"]);
    expect(binds(withMount(volumes, { ...mount, readOnly: true }))).toEqual(["/srv:/data:ro"]);
  });

  it("TC-19: refuses an unknown volume", () => {
    expect(() => binds(withMount([]))).toThrow(hostConfigError("Invalid volume referenced: data"));
  });

  it("TC-19: refuses an empty host or container path", () => {
    const invalid = expect.objectContaining({
      name: "HostConfigError",
      message: expect.stringContaining("Unable to resolve volume mounts; invalid path"),
    });
    expect(() => binds(withMount([{ name: "data", host: { sourcePath: "" } }]))).toThrow(invalid);
    const noPath = { ...mount, containerPath: "" };
    expect(() => binds(withMount([{ name: "data", host: { sourcePath: "/srv" } }], noPath))).toThrow(invalid);
  });

  it("takes the operator's directory in place of another service's volume, and fails without one", () => {
    const volumes: readonly Volume[] = [{ name: "data", efsVolumeConfiguration: { fileSystemId: "fs-1" } }];
    expect(binds(withMount(volumes), { volumePaths: { data: "/mnt/efs" } })).toEqual(["/mnt/efs:/data"]);
    expect(() => binds(withMount(volumes))).toThrow('Cannot mount volume "data"');
  });
});

describe("volumesFrom", () => {
  const task = readyTask({
    containerDefinitions: [{ volumesFrom: [{ sourceContainer: "db", readOnly: true }] }, { name: "db" }],
  });

  it("TC-5: resolves to the Docker name", () => {
    const named = withDockerIdentity(task, "db", { dockerName: "ecs-test-1-db-1", dockerId: "db-id" });
    const [web] = named.containers.map((each) => buildCreateBody(named, each, aContext()));
    expect(web?.HostConfig?.VolumesFrom).toEqual(["ecs-test-1-db-1:ro"]);
  });

  it("needs its source to be created", () => {
    const early = withDockerIdentity(task, "db", {});
    expect(() => early.containers.map((each) => buildCreateBody(early, each, aContext()))).toThrow(
      hostConfigError("could not find container for volumesFrom: db"),
    );
  });
});
