import { describe, expect, it } from "vitest";
import { asDockerName } from "../../core/brand.ts";
import { exits } from "./behaviour.ts";
import { aWorld } from "./test-world.ts";

const publish = (hostPort: string, hostIp?: string) => ({
  PortBindings: { "80/tcp": [{ HostPort: hostPort, ...(hostIp === undefined ? {} : { HostIp: hostIp }) }] },
});

describe("published ports", () => {
  it("are refused at start while another container has them, and free when it ends", async () => {
    const { docker, clock, client, run, create, inspect, errorOf } = aWorld();
    docker.image("short", { run: exits(0, { afterMs: 100 }) });
    await run("first", { Image: "short", HostConfig: publish("8080") });
    const second = await create("second", { Image: "app", HostConfig: publish("8080") });
    expect(await errorOf(client.startContainer(second))).toMatchObject({
      name: "CannotStartContainerError",
      status: 500,
      message: expect.stringContaining("Bind for 0.0.0.0:8080 failed: port is already allocated"),
    });
    expect(await inspect(second)).toMatchObject({ status: "stopped", exitCode: 128, ports: [] });
    await clock.advance(200);
    await client.startContainer(second);
    expect((await inspect(second)).ports).toEqual([
      { containerPort: 80, protocol: "tcp", hostIp: "0.0.0.0", hostPort: 8080 },
      { containerPort: 80, protocol: "tcp", hostIp: "::", hostPort: 8080 },
    ]);
  });

  it("a port that the start could not have leaves the others free", async () => {
    const { run, create, client, errorOf } = aWorld();
    await run("first", { Image: "app", HostConfig: publish("9000") });
    const both = { PortBindings: { "1/tcp": [{ HostPort: "9001" }], "2/tcp": [{ HostPort: "9000" }] } };
    await errorOf(client.startContainer(await create("second", { Image: "app", HostConfig: both })));
    await run("third", { Image: "app", HostConfig: publish("9001") });
  });

  it("without a number are chosen by the daemon, each once", async () => {
    const { run, inspect } = aWorld();
    const ports: number[] = [];
    for (let index = 0; index < 20; index++) {
      const dockerId = await run(`c${index}`, { Image: "app", HostConfig: publish(index % 2 === 0 ? "" : "0") });
      ports.push((await inspect(dockerId)).ports[0]?.hostPort ?? 0);
    }
    expect(new Set(ports).size).toBe(20);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(32_768);
  });

  it("on different addresses get along, on an address and on all do not", async () => {
    const { run, create, client, errorOf } = aWorld();
    await run("first", { Image: "app", HostConfig: publish("80", "127.0.0.1") });
    await run("second", { Image: "app", HostConfig: publish("80", "10.0.0.1") });
    const third = await create("third", { Image: "app", HostConfig: publish("80") });
    expect(await errorOf(client.startContainer(third))).toMatchObject({ status: 500 });
  });

  it("can be taken by something that is no container", async () => {
    const { docker, client, create, errorOf } = aWorld();
    const release = docker.state.ports.occupy(8080);
    const dockerId = await create("a1", { Image: "app", HostConfig: publish("8080") });
    expect(await errorOf(client.startContainer(dockerId))).toMatchObject({ status: 500 });
    release();
    await client.startContainer(dockerId);
  });
});

describe("networks of containers", () => {
  it("one that joins another's network needs it to run", async () => {
    const { client, create, inspect, errorOf } = aWorld();
    const pause = await create("pause", { Image: "app" });
    const app = await create("app", { Image: "app", HostConfig: { NetworkMode: `container:${pause}` } });
    expect(await errorOf(client.startContainer(app))).toMatchObject({
      status: 409,
      retryable: false,
      message: `cannot join network of a non running container: ${pause}`,
    });
    await client.startContainer(pause);
    await client.startContainer(app);
    expect((await inspect(app)).networks).toEqual({});
    expect((await inspect(pause)).ipAddress).toMatch(/^172\.17\.\d+\.\d+$/);
  });

  it("links need their target to exist at create and to run at start", async () => {
    const { client, create, errorOf } = aWorld();
    await expect(create("web", { Image: "app", HostConfig: { Links: ["db:database"] } })).rejects.toMatchObject({
      status: 400,
    });
    const db = await create("db", { Image: "app" });
    const web = await create("web", { Image: "app", HostConfig: { Links: ["db:database"] } });
    expect(await errorOf(client.startContainer(web))).toMatchObject({
      message: "Cannot link to a non running container: /db AS /web/database",
    });
    await client.startContainer(db);
    await client.startContainer(web);
  });

  it("a network cannot go while a running container is in it", async () => {
    const { client, run, errorOf } = aWorld();
    const { id } = await client.createNetwork({ name: "net", driver: "bridge", labels: { ours: "1" } });
    expect((await client.listNetworks({ labels: { ours: true } })).map(({ name }) => name)).toEqual(["net"]);
    const dockerId = await run("a1", { Image: "app", HostConfig: { NetworkMode: "net" } });
    expect(await errorOf(client.removeNetwork(id))).toMatchObject({ name: "ContainerNetworkingError", status: 403 });
    await client.stopContainer(dockerId, { stopTimeoutMs: 0 });
    await client.removeNetwork(id);
    await client.removeNetwork(id);
    expect(await errorOf(client.startContainer(dockerId))).toMatchObject({
      status: 404,
      message: "network net not found",
    });
    expect(await errorOf(client.createNetwork({ name: "bridge", driver: "bridge" }))).toMatchObject({ status: 409 });
  });
});

describe("volumes", () => {
  it("are made once, also by a mount, and cannot go while a container has them", async () => {
    const { client, create, inspect, errorOf } = aWorld();
    const made = await client.createVolume({ name: "data", driver: "local", labels: { ours: "1" } });
    expect(await client.createVolume({ name: "data", driver: "local" })).toEqual(made);
    const dockerId = await create("a1", {
      Image: "app",
      HostConfig: { Binds: ["data:/data:ro", "/etc:/host", "new:/new"] },
    });
    expect((await inspect(dockerId)).mounts).toEqual([
      { type: "volume", name: "data", source: made.mountpoint, destination: "/data", readWrite: false },
      { type: "bind", source: "/etc", destination: "/host", readWrite: true },
      {
        type: "volume",
        name: "new",
        source: "/var/lib/docker/volumes/new/_data",
        destination: "/new",
        readWrite: true,
      },
    ]);
    expect((await client.listVolumes({ labels: { ours: true } })).map(({ name }) => name)).toEqual(["data"]);
    expect(await errorOf(client.removeVolume("data"))).toMatchObject({
      name: "CannotRemoveVolumeError",
      status: 409,
      retryable: true,
    });
    await client.removeContainer(dockerId, { force: false, removeVolumes: true });
    expect(await client.inspectVolume("new")).toBeDefined();
    await client.removeVolume("data");
    await client.removeVolume("data");
    expect(await client.inspectVolume("data")).toBeUndefined();
  });

  it("of an image have no name of their own and go with the container", async () => {
    const { docker, client, create, inspect } = aWorld();
    docker.image("db", { config: { volumes: ["/var/db"] } });
    const dockerId = await create("db", { Image: "db" });
    const user = await create("user", { Image: "app", HostConfig: { VolumesFrom: ["db:ro"] } });
    expect((await inspect(user)).mounts).toMatchObject([{ destination: "/var/db", readWrite: false }]);
    await client.removeContainer(dockerId, { force: false, removeVolumes: true });
    expect(await client.listVolumes({ labels: {} })).toHaveLength(1);
    await client.removeContainer(user, { force: false, removeVolumes: true });
    expect(await client.listVolumes({ labels: {} })).toEqual([]);
  });

  it("need a driver that is there", async () => {
    const { docker, client, errorOf } = aWorld();
    const request = { name: "v", driver: "rexray" };
    expect(await errorOf(client.createVolume(request))).toMatchObject({ name: "CannotCreateVolumeError", status: 404 });
    docker.state.volumes.addDriver("rexray");
    await client.createVolume(request);
    expect(await errorOf(client.createVolume({ name: "v", driver: "local" }))).toMatchObject({ status: 409 });
  });

  it("from a container that is not there are refused", async () => {
    const { client, errorOf } = aWorld();
    const body = { Image: "app", HostConfig: { VolumesFrom: ["gone"] } };
    expect(await errorOf(client.createContainer({ name: asDockerName("a1"), body }))).toMatchObject({ status: 404 });
  });
});
