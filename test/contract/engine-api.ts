/**
 * What every Docker daemon says over HTTP to others than the engine, real or simulated: exec, pause, rename. The engine
 * needs none of it, so that its port does not have it; people and their tools do it to containers of ours.
 */
import { type IncomingMessage, type RequestOptions, request } from "node:http";
import type { Socket } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DockerId } from "../../src/core/brand.ts";
import { COMMANDS, type ContractClient, createWorld, type World } from "./contract-world.ts";

export type EngineApi = ContractClient & { readonly endpoint: string };
type Answer = { readonly status: number; readonly text: string; readonly json: Record<string, unknown> };

const VERSION = "/v1.41";
const PATIENCE = { timeout: 15_000 };

/** @param makeApi its endpoint is `unix:///path` or `tcp://host:port` */
export function describeEngineApiContract(name: string, makeApi: () => Promise<EngineApi>): void {
  describe(`${name} keeps the contract of the Engine API beside the port`, () => {
    let api: EngineApi;
    let world: World;
    beforeAll(async () => {
      api = await makeApi();
    });
    afterAll(async () => {
      await api?.cleanup();
    });
    beforeEach(() => {
      world = createWorld(api);
    });
    afterEach(async () => {
      await world.tearDown();
    });
    const post = (path: string, body?: unknown) => call(api.endpoint, "POST", path, body);
    const get = (path: string) => call(api.endpoint, "GET", path);
    const stateOf = async (id: DockerId) => (await get(`/containers/${id}/json`)).json.State;

    async function createExec(id: DockerId, body: object): Promise<string> {
      const { status, json } = await post(`/containers/${id}/exec`, body);
      expect(status).toBe(201);
      return String(json.Id);
    }

    it("pauses: running still, said to be paused, and woken by the signal of a stop", async () => {
      const id = await world.runUntilLine(COMMANDS.exit42OnSigterm);
      expect((await post(`/containers/${id}/pause`)).status).toBe(204);
      expect(await stateOf(id)).toMatchObject({ Status: "paused", Running: true, Paused: true, ExitCode: 0 });
      expect((await world.client.inspectContainer(id))?.status).toBe("running");
      const [listed] = await world.client.listContainers({ all: false, labels: world.labels });
      expect(listed?.state).toBe("paused");
      await world.client.stopContainer(id, { stopTimeoutMs: 10_000 });
      expect(await stateOf(id)).toMatchObject({ Status: "exited", Paused: false, ExitCode: 42 });
    });

    it("refuses what a paused container cannot do with 409, and an unpause of what is not paused with 500", async () => {
      const id = await world.run(COMMANDS.run);
      expect((await post(`/containers/${id}/unpause`)).status).toBe(500);
      await post(`/containers/${id}/pause`);
      for (const path of ["pause", "start"]) expect((await post(`/containers/${id}/${path}`)).status).toBe(409);
      expect((await post(`/containers/${id}/exec`, { Cmd: ["true"] })).status).toBe(409);
      expect((await call(api.endpoint, "DELETE", `/containers/${id}`)).status).toBe(409);
      expect((await post(`/containers/${id}/unpause`)).status).toBe(204);
      expect(await stateOf(id)).toMatchObject({ Status: "running", Paused: false });
    });

    it("refuses to pause what does not run", async () => {
      const id = await world.create(COMMANDS.succeed);
      expect((await post(`/containers/${id}/pause`)).status).toBe(409);
    });

    it("SIGKILL ends a paused container", async () => {
      const id = await world.run(COMMANDS.run);
      const events = await world.record();
      await post(`/containers/${id}/pause`);
      await world.client.killContainer(id, "SIGKILL");
      await events.event(id, "die");
      expect(await stateOf(id)).toMatchObject({ Status: "exited", ExitCode: 137 });
    });

    it("renames, and refuses a name that is empty, its own or taken", async () => {
      const [one, two] = [await world.create(COMMANDS.succeed), await world.create(COMMANDS.succeed)];
      const taken = (await world.client.inspectContainer(two))?.dockerName;
      const name = world.uniqueName();
      expect((await post(`/containers/${one}/rename?name=${name}`)).status).toBe(204);
      expect((await world.client.inspectContainer(name))?.dockerId).toBe(one);
      expect((await post(`/containers/${one}/rename?name=${name}`)).status).toBe(400);
      expect((await post(`/containers/${one}/rename?name=`)).status).toBe(400);
      expect((await post(`/containers/${one}/rename?name=${taken}`)).status).toBe(409);
    });

    it("runs a command in a container, and streams both outputs in frames", async () => {
      const id = await world.run(COMMANDS.run);
      const Cmd = ["sh", "-c", "echo $WHO; sleep 1; echo err >&2; exit 3"];
      const exec = await createExec(id, { Cmd, Env: ["WHO=you"], AttachStdout: true, AttachStderr: true });
      expect((await get(`/exec/${exec}/json`)).json).toMatchObject({
        ID: exec,
        Running: false,
        ExitCode: null,
        ContainerID: id,
        ProcessConfig: { tty: false, entrypoint: "sh", arguments: Cmd.slice(1) },
      });
      const output = await hijack(api.endpoint, `/exec/${exec}/start`, { Detach: false, Tty: false });
      expect(output).toEqual({ status: 101, bytes: Buffer.concat([frame(1, "you\n"), frame(2, "err\n")]) });
      expect((await get(`/exec/${exec}/json`)).json).toMatchObject({ Running: false, ExitCode: 3 });
    });

    it("streams over a plain answer as well, and as it is with a terminal", async () => {
      const id = await world.run(COMMANDS.run);
      const exec = await createExec(id, { Cmd: ["echo", "x"], AttachStdout: true, Tty: true });
      const { status, text } = await post(`/exec/${exec}/start`, { Detach: false, Tty: true });
      expect({ status, text }).toEqual({ status: 200, text: "x\r\n" });
    });

    it("answers at once for a command in the background, and knows its exit code later", async () => {
      const id = await world.run(COMMANDS.run);
      const exec = await createExec(id, { Cmd: ["sh", "-c", "exit 4"] });
      expect((await post(`/exec/${exec}/start`, { Detach: true })).status).toBe(200);
      await expect.poll(async () => (await get(`/exec/${exec}/json`)).json.ExitCode, PATIENCE).toBe(4);
    });

    it("says in the output that a program is missing, and in the answer when nobody is attached", async () => {
      const id = await world.run(COMMANDS.run);
      const attached = await createExec(id, { Cmd: ["/no/such"], AttachStdout: true });
      const { status, text } = await post(`/exec/${attached}/start`, { Detach: false });
      expect(status).toBe(200);
      expect(text).toContain("no such file or directory");
      const detached = await createExec(id, { Cmd: ["/no/such"] });
      expect((await post(`/exec/${detached}/start`, { Detach: true })).status).toBe(400);
      for (const exec of [attached, detached]) {
        // 126 until Docker 27, 127 since.
        expect((await get(`/exec/${exec}/json`)).json).toMatchObject({ ExitCode: expect.toBeOneOf([126, 127]) });
      }
    });

    it("refuses a command that is empty, of nobody, or in what does not run", async () => {
      const id = await world.create(COMMANDS.succeed);
      const running = await world.run(COMMANDS.run);
      expect((await post(`/containers/${running}/exec`, { AttachStdout: true })).status).toBe(400);
      expect((await post(`/containers/${id}/exec`, { Cmd: ["true"] })).status).toBe(409);
      expect((await post("/containers/nobody-has-this-name/exec", { Cmd: ["true"] })).status).toBe(404);
      expect((await get("/exec/nobody/json")).status).toBe(404);
      expect((await post("/exec/nobody/start", { Detach: true })).status).toBe(404);
    });

    it("ends the command with its container", async () => {
      const id = await world.run(COMMANDS.run);
      const exec = await createExec(id, { Cmd: ["sleep", "3600"], AttachStdout: true });
      const running = hijack(api.endpoint, `/exec/${exec}/start`, { Detach: false });
      await expect.poll(async () => (await get(`/exec/${exec}/json`)).json.Pid, PATIENCE).toBeGreaterThan(0);
      await world.client.killContainer(id, "SIGKILL");
      expect((await running).bytes).toHaveLength(0);
    });
  });
}

function optionsFor(endpoint: string, method: string, path: string): RequestOptions {
  const url = new URL(endpoint);
  const where = url.protocol === "unix:" ? { socketPath: url.pathname } : { host: url.hostname, port: url.port };
  return { ...where, method, path: `${VERSION}${path}`, headers: { "Content-Type": "application/json" } };
}

function call(endpoint: string, method: string, path: string, body?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asking = request(optionsFor(endpoint, method, path), (response) => {
      readAll(response).then((bytes) => resolve(answerOf(response.statusCode ?? 0, bytes)), reject);
    });
    asking.on("error", reject);
    asking.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function answerOf(status: number, bytes: Buffer): Answer {
  const text = bytes.toString("utf8");
  return { status, text, json: text.startsWith("{") ? JSON.parse(text) : {} };
}

/** As the docker program does it: the connection itself becomes the stream. */
function hijack(
  endpoint: string,
  path: string,
  body: unknown,
): Promise<{ readonly status: number; readonly bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    const options = optionsFor(endpoint, "POST", path);
    const payload = JSON.stringify(body);
    const headers = { ...options.headers, Connection: "Upgrade", Upgrade: "tcp", "Content-Length": payload.length };
    const asking = request({ ...options, headers });
    asking.on("error", reject);
    asking.on("response", (response) => reject(new Error(`the connection is not taken over: ${response.statusCode}`)));
    asking.on("upgrade", (response: IncomingMessage, socket: Socket, head: Buffer) => {
      readAll(socket).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat([head, bytes]) }),
        reject,
      );
    });
    asking.end(payload);
  });
}

async function readAll(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function frame(stream: 1 | 2, text: string): Buffer {
  return Buffer.concat([Buffer.from([stream, 0, 0, 0, 0, 0, 0, text.length]), Buffer.from(text)]);
}
