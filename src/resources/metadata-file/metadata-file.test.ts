import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { asDockerId, asDockerName, asTaskArn } from "../../core/brand.ts";
import type { ContainerInspection } from "../../ports/docker-client.ts";
import { aContainer, aTask, TASK_ID } from "../../testing/builders.ts";
import { SeededRandom } from "../../testing/seeded-random.ts";
import { type MetadataFileOptions, MetadataFiles } from "./index.ts";

const RUNNING: ContainerInspection = {
  dockerId: asDockerId("d1"),
  dockerName: asDockerName("ecs-test-1-web"),
  labels: {},
  image: "web:1",
  imageId: "sha256:1",
  status: "running",
  pid: 1,
  dockerRestarts: 0,
  oomKilled: false,
  ports: [{ containerPort: 80, protocol: "tcp", hostIp: "0.0.0.0", hostPort: 8080 }],
  networks: { bridge: { ipAddress: "172.17.0.2", macAddress: "" } },
  mounts: [],
  logDriver: "json-file",
  tty: false,
  raw: {},
};

let folder: string;
const task = aTask();
const container = aContainer({ dockerId: asDockerId("d1") });
const directory = () => join(folder, "metadata", "default", TASK_ID, "web");
const file = () => join(directory(), "ecs-container-metadata.json");

function manager(partial: Partial<MetadataFileOptions> = {}, seen: ContainerInspection | undefined = RUNNING) {
  const client = { inspectContainer: async () => seen };
  return new MetadataFiles({ client, random: new SeededRandom(1), dataDirectory: folder, ...partial });
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "berth-metadata-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("MetadataFiles", () => {
  it("MD-1, MD-5, MD-6, MDF-1: before the create there is a file that says what the task is, and no status", async () => {
    const host = {
      containerInstanceArn: "arn:aws:ecs:us-east-1:0:container-instance/default/1",
      availabilityZone: "a",
    };
    const { binds, env } = await manager({ host }).create(task, container);
    const target = binds[0]?.slice(directory().length + 1);
    expect(binds).toEqual([`${directory()}:${target}`]);
    expect(target).toMatch(/^\/opt\/ecs\/metadata\/[0-9a-f-]{36}$/);
    expect(env).toEqual([`ECS_CONTAINER_METADATA_FILE=${target}/ecs-container-metadata.json`]);
    expect(JSON.parse(await readFile(file(), "utf8"))).toEqual({
      Cluster: "default",
      ContainerInstanceARN: host.containerInstanceArn,
      TaskARN: task.arn,
      TaskDefinitionFamily: "test",
      TaskDefinitionRevision: "1",
      ContainerName: "web",
      AvailabilityZone: "a",
    });
    expect((await stat(file())).mode & 0o777).toBe(0o644);
  });

  it("MD-2, MD-3, MD-6, MDF-2, MDF-5: once it runs the file is READY, with what inspect says, in tabs", async () => {
    const metadata = manager();
    await metadata.create(task, container);
    await metadata.update(task, container);
    const text = await readFile(file(), "utf8");
    expect(text).toContain('\n\t"MetadataFileStatus": "READY"');
    expect(JSON.parse(text)).toMatchObject({
      ContainerID: "d1",
      DockerContainerName: "/ecs-test-1-web",
      ImageID: "sha256:1",
      ImageName: container.image,
      PortMappings: [{ ContainerPort: 80, HostPort: 8080, BindIp: "0.0.0.0", Protocol: "tcp" }],
      Networks: [{ NetworkMode: "bridge", IPv4Addresses: ["172.17.0.2"] }],
    });
    expect(await readdir(directory())).toEqual(["ecs-container-metadata.json"]);
  });

  it("MD-7: names the network mode of a container that is on no network of its own", async () => {
    // MD-7 has a READY document for no container at all, too; here it is ready when it runs (MDF-2).
    const seen = { ...RUNNING, networks: {}, ports: [], raw: { HostConfig: { NetworkMode: "host" } } };
    await manager({}, seen).update(task, container);
    const document = JSON.parse(await readFile(file(), "utf8"));
    expect(document.Networks).toEqual([{ NetworkMode: "host" }]);
    expect(document).not.toHaveProperty("PortMappings");
  });

  it("MD-3: does not call a container ready that does not run", async () => {
    const stopped = manager({}, { ...RUNNING, status: "stopped" });
    const absent = manager({ client: { inspectContainer: async () => undefined } });
    for (const each of [stopped, absent]) {
      await expect(each.update(task, container)).rejects.toMatchObject({ name: "CannotInspectContainerError" });
    }
    const inspectContainer = () => Promise.reject(new Error("no answer"));
    await expect(manager({ client: { inspectContainer } }).update(task, container)).rejects.toThrow("no answer");
  });

  it("MD-4, MDF-3: everything of the task goes, and again", async () => {
    const metadata = manager();
    await metadata.create(task, container);
    await metadata.clean(task.arn);
    await metadata.clean(task.arn);
    expect(await readdir(join(folder, "metadata", "default"))).toEqual([]);
  });

  it("MD-1, MD-2, MDF-4: rejects where it cannot write, which the engine takes for a warning", async () => {
    await writeFile(join(folder, "metadata"), "in the way");
    await expect(manager().create(task, container)).rejects.toThrow("ENOTDIR");
  });

  it("mounts what the daemon's host has, and lets SELinux pass", async () => {
    const { binds } = await manager({ hostDataDirectory: "/host", selinux: true }).create(task, container);
    expect(binds[0]).toMatch(new RegExp(`^/host/metadata/default/${TASK_ID}/web:/opt/ecs/metadata/[^:]+:Z$`));
  });

  it.each(["nonsense", "arn:aws:ecs:r:1:task/../x", "arn:aws:ecs:r:1:service/a/b"])(
    "MD-1, MD-4, MD-5: refuses %s, whatever it would remove",
    async (arn) => {
      const bad = { ...task, arn: asTaskArn(arn) };
      await expect(manager().clean(bad.arn)).rejects.toMatchObject({ name: "TaskStateError" });
      await expect(manager().create(bad, container)).rejects.toMatchObject({ name: "TaskStateError" });
    },
  );
});
