import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { candidateEndpoints, connectionTo, DEFAULT_HOST, environmentFor } from "./endpoint.mjs";

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

const hosts = (env: NodeJS.ProcessEnv) => candidateEndpoints({ env, home }).map(({ host }) => host);

describe("candidateEndpoints()", () => {
  it("is the default socket where nothing is set", () => {
    expect(hosts({})).toEqual([DEFAULT_HOST]);
  });

  it("puts DOCKER_HOST before the current context, and that before the default socket", () => {
    writeContext("lab", "unix:///lab.sock");
    writeConfig({ currentContext: "lab" });
    expect(hosts({ DOCKER_HOST: "tcp://10.0.0.1:2375" })).toEqual([
      "tcp://10.0.0.1:2375",
      "unix:///lab.sock",
      DEFAULT_HOST,
    ]);
  });

  it("takes DOCKER_CONTEXT before the configured one, and names each host once", () => {
    writeContext("lab", "unix:///lab.sock");
    writeContext("same", DEFAULT_HOST);
    writeConfig({ currentContext: "lab" });
    expect(hosts({ DOCKER_CONTEXT: "same" })).toEqual([DEFAULT_HOST]);
  });

  it("ignores a context that does not exist and a config that is no JSON", () => {
    writeConfig({ currentContext: "gone" });
    expect(hosts({})).toEqual([DEFAULT_HOST]);
    writeFileSync(join(home, ".docker", "config.json"), "{");
    expect(hosts({})).toEqual([DEFAULT_HOST]);
  });

  it("carries the folder of certificates where TLS is asked for", () => {
    const env = { DOCKER_HOST: "tcp://h:2376", DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: "/certs" };
    expect(candidateEndpoints({ env, home })[0]?.certPath).toBe("/certs");
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
