import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { asDockerName } from "../../../core/brand.ts";
import { createDockerClient } from "../../../docker/index.ts";
import { realTimeClock } from "../../real-time-clock.ts";
import { SimulatedDocker } from "../simulated-docker.ts";
import { SimulatedDockerServer } from "./server.ts";

const cleanUps: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

async function serve() {
  const docker = new SimulatedDocker({ clock: realTimeClock({ speed: 20 }) });
  docker.image("app");
  const server = await SimulatedDockerServer.listen(docker, { port: 0 });
  const client = createDockerClient({ endpoint: server.endpoint });
  cleanUps.push(
    () => server.close(),
    () => client.close(),
  );
  const base = server.endpoint.replace("tcp:", "http:");
  return { docker, server, client, base };
}

const post = (url: string, body: unknown = {}) => fetch(url, { method: "POST", body: JSON.stringify(body) });

describe("SimulatedDockerServer", () => {
  it("says which versions it speaks, and refuses others", async () => {
    const { base } = await serve();
    const ping = await fetch(`${base}/_ping`);
    expect([await ping.text(), ping.headers.get("api-version")]).toEqual(["OK", "1.50"]);
    expect((await fetch(`${base}/v1.99/info`)).status).toBe(400);
    expect((await fetch(`${base}/v1.12/info`)).status).toBe(400);
    expect((await fetch(`${base}/v1.41/no/such/page`)).status).toBe(404);
  });

  it("refuses what is no JSON, and a container without an image", async () => {
    const { base } = await serve();
    const bad = await fetch(`${base}/containers/create`, { method: "POST", body: "{" });
    expect(bad.status).toBe(400);
    expect(await bad.json()).toEqual({ message: expect.stringContaining("invalid JSON") });
    expect((await post(`${base}/containers/create`, {})).status).toBe(400);
    expect((await fetch(`${base}/containers/json?filters=nonsense`)).status).toBe(400);
  });

  it("takes members that are null for absent, as the docker program sends them", async () => {
    const { base, docker } = await serve();
    const body = { Image: "app", Cmd: null, Entrypoint: null, Env: null, HostConfig: { Binds: null, Links: null } };
    expect((await post(`${base}/containers/create?name=web`, body)).status).toBe(201);
    expect(docker.find("web")?.status).toBe("created");
  });

  it("waits for the end of a container that removes itself", async () => {
    const { base, docker } = await serve();
    const body = { Image: "app", Cmd: ["sh", "-c", "exit 4"], HostConfig: { AutoRemove: true } };
    await post(`${base}/containers/create?name=job`, body);
    const waiting = post(`${base}/containers/job/wait?condition=removed`);
    await post(`${base}/containers/job/start`);
    expect(await (await waiting).json()).toEqual({ StatusCode: 4 });
    expect(docker.containers()).toEqual([]);
  });

  it("attach turns the connection into a stream of output", async () => {
    const { base } = await serve();
    await post(`${base}/containers/create?name=talk`, { Image: "app", Cmd: ["sh", "-c", "echo out; echo err >&2"] });
    const headers = { Connection: "Upgrade", Upgrade: "tcp" };
    const attaching = httpRequest(`${base}/containers/talk/attach?stream=1&stdout=1&stderr=1`, {
      method: "POST",
      headers,
    });
    attaching.end();
    const [answer, socket]: [IncomingMessage, Socket] = await once(attaching, "upgrade").then(([message, stream]) => [
      message,
      stream,
    ]);
    expect(answer.statusCode).toBe(101);
    const chunks: Buffer[] = [];
    socket.on("data", (chunk: Buffer) => chunks.push(chunk));
    await post(`${base}/containers/talk/start`);
    await once(socket, "end");
    const header = (stream: number) => Buffer.from([stream, 0, 0, 0, 0, 0, 0, 4]);
    expect(Buffer.concat(chunks)).toEqual(
      Buffer.concat([header(1), Buffer.from("out\n"), header(2), Buffer.from("err\n")]),
    );
  });

  it("is not there while the daemon is down, and is again afterwards", async () => {
    const { docker, client } = await serve();
    await client.ping();
    docker.killDaemon();
    await expect(client.ping()).rejects.toMatchObject({ retryable: true });
    docker.startDaemon();
    await client.ping();
  });

  it("passes faults on to whoever calls", async () => {
    const { docker, client } = await serve();
    const create = (name: string) => client.createContainer({ name: asDockerName(name), body: { Image: "app" } });
    docker.faults.next("createContainer", { kind: "errorAfterEffect" });
    // On a kept connection the client asks once more, and is told that the name is taken: still uncertain by whom.
    await expect(create("lost")).rejects.toMatchObject({ indeterminate: true });
    expect(docker.find("lost")).toBeDefined();
    docker.faults.next("createContainer", { kind: "diskFull" });
    await expect(create("full")).rejects.toMatchObject({
      status: 500,
      message: expect.stringContaining("no space left"),
    });
    docker.faults.next("inspectContainer", { kind: "hang" });
    await expect(client.inspectContainer(asDockerName("lost"), { timeoutMs: 50 })).rejects.toMatchObject({
      name: "DockerTimeoutError",
    });
  });

  it("a pull can fail before, inside and by the end of its stream", async () => {
    const { docker, client } = await serve();
    docker.image("web", { where: "registry", auth: { username: "u", password: "p" } });
    const pull = () => client.pullImage("web", { auth: { username: "u", password: "p" } });
    await expect(client.pullImage("web")).rejects.toMatchObject({ name: "CannotPullContainerError", status: 404 });
    docker.faults.next("pullImage", { kind: "pullError", message: "toomanyrequests" });
    await expect(pull()).rejects.toMatchObject({ message: "toomanyrequests", retryable: true });
    docker.faults.next("pullImage", { kind: "connectionReset", afterItems: 2 });
    await expect(pull()).rejects.toMatchObject({ indeterminate: true });
    await pull();
    expect((await client.inspectDistribution("web", { auth: { username: "u", password: "p" } })).digest).toMatch(
      /^sha256:/,
    );
  });

  it("a feed that is cut comes back and misses nothing", async () => {
    const { docker, client } = await serve();
    const controller = new AbortController();
    docker.faults.next("events", { kind: "connectionReset", afterItems: 1 });
    const heard: string[] = [];
    const reading = (async () => {
      for await (const item of client.events({ labels: { ours: true }, signal: controller.signal })) {
        heard.push(item.type === "connected" ? "connected" : item.event.action);
        if (heard.length === 1) {
          const body = { Image: "app", Labels: { ours: "1" } };
          const { dockerId } = await client.createContainer({ name: asDockerName("a1"), body });
          await client.startContainer(dockerId);
        }
        if (heard.at(-1) === "start") controller.abort();
      }
    })();
    await reading;
    expect(heard).toEqual(["connected", "create", "connected", "start"]);
  });
});
