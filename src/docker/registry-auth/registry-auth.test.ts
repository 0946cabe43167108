import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Log, LogFields } from "../../ports/log.ts";
import { createRegistryAuth, dockerConfigFile } from "./index.ts";

let folder = "";
const encode = (text: string) => Buffer.from(text).toString("base64");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "registry-auth-"));
  await helper(
    "good",
    `read server; echo "{\\"ServerURL\\":\\"$server\\",\\"Username\\":\\"of-$server\\",\\"Secret\\":\\"hunter2\\"}"`,
  );
  await helper("token", `echo '{"Username":"<token>","Secret":"hunter2"}'`);
  await helper("empty", `echo "credentials not found in native keychain"; exit 1`);
  await helper("broken", `echo "hunter2 leaked"; exit 3`);
  await helper("stuck", `exec sleep 60`);
  await helper("chatty", `echo "no JSON hunter2"`);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function helper(name: string, script: string): Promise<void> {
  const file = join(folder, `docker-credential-${name}`);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

async function authWith(config: unknown, helperTimeoutMs = 10_000) {
  const file = join(folder, "config.json");
  await writeFile(file, typeof config === "string" ? config : JSON.stringify(config));
  const lines: string[] = [];
  const log = recordingLog(lines);
  const env = { PATH: `${folder}${delimiter}${process.env.PATH ?? ""}` };
  return { find: createRegistryAuth({ dockerConfigFile: file, env, log, helperTimeoutMs }), lines };
}

function recordingLog(lines: string[]): Log {
  const write = (message: string, fields?: LogFields) => void lines.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log };
  return log;
}

describe("createRegistryAuth() with Docker's configuration", () => {
  it.each([
    ["https://index.docker.io/v1/", "busybox", "https://index.docker.io/v1/"],
    ["registry.example", "registry.example/team/app:1", "registry.example"],
    ["https://registry.example/v1/", "registry.example/app", "registry.example"],
    ["localhost:5000", "localhost:5000/app", "localhost:5000"],
  ])("finds the login stored for %s", async (key, image, serverAddress) => {
    const { find } = await authWith({ auths: { [key]: { auth: encode("u:p") } } });
    expect(await find(image)).toEqual({ username: "u", password: "p", serverAddress });
  });

  it("asks the helper named for the registry before the store for all, and that before the file", async () => {
    const config = {
      auths: { "a.example": { auth: encode("u:p") }, "c.example": { auth: encode("u:p") } },
      credHelpers: { "a.example": "good" },
      credsStore: "token",
    };
    const { find } = await authWith(config);
    expect(await find("a.example/x")).toMatchObject({ username: "of-a.example", password: "hunter2" });
    expect(await find("b.example/x")).toEqual({ identityToken: "hunter2", serverAddress: "b.example" });
    expect(await find("c.example/x")).toMatchObject({ identityToken: "hunter2" });
  });

  it("asks helpers about Docker Hub by its old index", async () => {
    const { find } = await authWith({ credsStore: "good" });
    expect(await find("busybox")).toMatchObject({ username: "of-https://index.docker.io/v1/" });
  });

  it("takes the file's login when the store has none", async () => {
    const { find } = await authWith({ auths: { "a.example": { auth: encode("u:p") } }, credsStore: "empty" });
    expect(await find("a.example/x")).toMatchObject({ username: "u" });
    expect(await find("b.example/x")).toBeUndefined();
  });

  it.each(["broken", "chatty", "absent", "../evil"])(
    "IMG-8, IMG-12: fails with CannotPullContainerAuthError when the helper %s that was named for it does, quoting nothing",
    async (name) => {
      const { find } = await authWith({ credHelpers: { "a.example": name } });
      const failure = find("a.example/x");
      await expect(failure).rejects.toMatchObject({ name: "CannotPullContainerAuthError", retryable: false });
      await expect(failure).rejects.not.toThrow(/hunter2/);
    },
  );

  it("goes on without when the store for all fails, and logs no value", async () => {
    const { find, lines } = await authWith({ credsStore: "broken" });
    expect(await find("a.example/x")).toBeUndefined();
    expect(lines).toHaveLength(1);
    expect(lines.join()).not.toContain("hunter2");
  });

  it("ends a helper that gives no answer", async () => {
    const { find } = await authWith({ credHelpers: { "a.example": "stuck" } }, 50);
    await expect(find("a.example/x")).rejects.toThrow(/gave no answer after 50 ms/);
  });

  it("IMG-12: warns about a file that is no JSON without quoting it", async () => {
    const { find, lines } = await authWith("hunter2");
    expect(await find("a.example/x")).toBeUndefined();
    expect(lines.join()).toContain("it is not a JSON object");
    expect(lines.join()).not.toContain("hunter2");
  });

  it("takes an absent file for an empty one", async () => {
    const find = createRegistryAuth({ dockerConfigFile: join(folder, "absent", "config.json") });
    expect(await find("a.example/x")).toBeUndefined();
  });
});

describe("createRegistryAuth() with engine-wide data", () => {
  it("IT-8: puts it before Docker's configuration", async () => {
    const file = join(folder, "config.json");
    await writeFile(file, JSON.stringify({ auths: { "a.example": { auth: encode("file:p") } } }));
    const data = JSON.stringify({ "a.example": { username: "engine", password: "p" } });
    const find = createRegistryAuth({ dockerConfigFile: file, engineAuth: { type: "docker", data } });
    expect(await find("a.example/x")).toMatchObject({ username: "engine" });
    expect(await find("b.example/x")).toBeUndefined();
  });
});

describe("dockerConfigFile()", () => {
  it("follows DOCKER_CONFIG, else the home folder", () => {
    expect(dockerConfigFile({ DOCKER_CONFIG: "/etc/d", HOME: "/home/u" })).toBe("/etc/d/config.json");
    expect(dockerConfigFile({ HOME: "/home/u" })).toBe("/home/u/.docker/config.json");
  });
});
