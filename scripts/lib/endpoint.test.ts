import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connectionTo, DEFAULT_HOST, dockerEndpoint, environmentFor } from "./endpoint.mjs";

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "berth-home-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function writeContext(name: string, host: string): void {
  const dir = join(home, ".docker", "contexts", "meta", createHash("sha256").update(name).digest("hex"));
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker: { Host: host } } }));
}

function writeConfig(config: unknown): void {
  mkdirSync(join(home, ".docker"), { recursive: true });
  writeFileSync(join(home, ".docker", "config.json"), JSON.stringify(config));
}

const endpoint = (env: NodeJS.ProcessEnv) => dockerEndpoint({ env, home });

describe("dockerEndpoint()", () => {
  it("is the default socket where none is named", () => {
    expect(endpoint({})).toEqual({ host: DEFAULT_HOST, source: "the default socket" });
    writeConfig({ currentContext: "default" });
    expect(endpoint({ DOCKER_HOST: "" }).isNamed).toBeUndefined();
  });

  it("is DOCKER_HOST, else the context of DOCKER_CONTEXT, else the current one, and these are named", () => {
    writeContext("lab", "unix:///lab.sock");
    writeContext("asked", "unix:///asked.sock");
    writeConfig({ currentContext: "lab" });
    const host = "tcp://10.0.0.1:2375";
    expect(endpoint({ DOCKER_HOST: host, DOCKER_CONTEXT: "asked" })).toMatchObject({ host, isNamed: true });
    expect(endpoint({ DOCKER_CONTEXT: "asked" })).toMatchObject({ host: "unix:///asked.sock", isNamed: true });
    expect(endpoint({})).toMatchObject({ host: "unix:///lab.sock", isNamed: true });
  });

  it("refuses a context that does not exist, as Docker's command does", () => {
    expect(() => endpoint({ DOCKER_CONTEXT: "gone" })).toThrow('Cannot use the docker context "gone"');
    writeConfig({ currentContext: "gone, too" });
    expect(() => endpoint({})).toThrow("gone, too");
  });

  it("ignores a config that is no JSON, as Docker's command does", () => {
    mkdirSync(join(home, ".docker"));
    writeFileSync(join(home, ".docker", "config.json"), "{");
    expect(endpoint({}).host).toBe(DEFAULT_HOST);
  });

  it("carries the folder of certificates where TLS is asked for", () => {
    const env = { DOCKER_HOST: "tcp://h:2376", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certs" };
    expect(endpoint(env).certPath).toBe("/certs");
  });
});

describe("connectionTo()", () => {
  it.each([
    ["unix:///run/d.sock", { protocol: "http:", socketPath: "/run/d.sock" }],
    ["tcp://127.0.0.1:1234", { protocol: "http:", hostname: "127.0.0.1", port: 1234 }],
    ["tcp://[::1]", { protocol: "http:", hostname: "::1", port: 2375 }],
    ["https://h", { protocol: "https:", hostname: "h", port: 2376 }],
  ])("reads %s", (host, connection) => {
    expect(connectionTo({ host, source: "a test" })).toEqual(connection);
  });

  it.each(["ssh://me@h", "npipe:////./pipe/docker", "nonsense"])("refuses %s by name", (host) => {
    expect(() => connectionTo({ host, source: "a test" })).toThrow(host);
  });
});

describe("environmentFor()", () => {
  it("overrides what the user had set for another daemon", () => {
    expect(environmentFor({ host: "unix:///s", source: "a test" })).toEqual({
      DOCKER_HOST: "unix:///s",
      DOCKER_TLS_VERIFY: "",
      DOCKER_CERT_PATH: "",
    });
  });
});
