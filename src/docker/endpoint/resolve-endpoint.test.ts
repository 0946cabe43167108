import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { DEFAULT_SOCKET, resolveEndpoint } from "./resolve-endpoint.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "berth-endpoint-"));
});
afterEach(() => {
  rmSync(home, { recursive: true });
});

describe("resolveEndpoint()", () => {
  it("takes DOCKER_HOST before any context", () => {
    writeContext("remote", { Host: "tcp://10.0.0.7:2375" });
    setCurrentContext("remote");
    const env = { DOCKER_HOST: "unix:///run/other.sock", DOCKER_CONTEXT: "remote" };
    expect(resolveEndpoint(env, home)).toEqual({ endpoint: "unix:///run/other.sock", source: "DOCKER_HOST" });
  });

  it("takes DOCKER_CONTEXT before the current context", () => {
    writeContext("asked", { Host: "tcp://10.0.0.8:2375" });
    writeContext("current", { Host: "tcp://10.0.0.9:2375" });
    setCurrentContext("current");
    expect(resolveEndpoint({ DOCKER_CONTEXT: "asked" }, home).endpoint).toBe("tcp://10.0.0.8:2375");
    expect(resolveEndpoint({}, home)).toEqual({ endpoint: "tcp://10.0.0.9:2375", source: 'context "current"' });
  });

  it("reads a context's certificates", () => {
    writeContext("secure", { Host: "tcp://10.0.0.8:2376", SkipTLSVerify: false });
    writePems(join(home, ".docker", "contexts", "tls", hash("secure"), "docker"));
    expect(resolveEndpoint({ DOCKER_CONTEXT: "secure" }, home).tls).toEqual({
      ca: "text of ca.pem",
      cert: "text of cert.pem",
      key: "text of key.pem",
      verify: true,
    });
  });

  it("looks for the configuration where DOCKER_CONFIG says", () => {
    writeContext("current", { Host: "tcp://10.0.0.9:2375" });
    setCurrentContext("current");
    const env = { DOCKER_CONFIG: join(home, "elsewhere") };
    expect(resolveEndpoint(env, home).source).toBe("default");
  });

  it("takes the context named default for no context", () => {
    setCurrentContext("default");
    expect(resolveEndpoint({}, home).source).toBe("default");
  });

  it("falls back to a socket: the default one, or a rootless one that exists", () => {
    const sockets = [`unix://${DEFAULT_SOCKET}`, `unix://${join(home, "docker.sock")}`];
    writeFileSync(join(home, "docker.sock"), "");
    expect(sockets).toContain(resolveEndpoint({ XDG_RUNTIME_DIR: home }, home).endpoint);
    expect(resolveEndpoint({}, home).endpoint).toBe(sockets[0]);
  });

  it("refuses a context that does not exist", () => {
    expect(() => resolveEndpoint({ DOCKER_CONTEXT: "nowhere" }, home)).toThrowError(
      expect.objectContaining({
        name: "CannotGetDockerclientError",
        message: expect.stringContaining('Cannot read Docker context "nowhere"'),
      }),
    );
  });

  it("refuses a context without an endpoint and a configuration that is no JSON", () => {
    writeContext("empty", {});
    expect(() => resolveEndpoint({ DOCKER_CONTEXT: "empty" }, home)).toThrow("it has no Docker endpoint");
    writeFileSync(join(home, ".docker", "config.json"), "{");
    expect(() => resolveEndpoint({}, home)).toThrow("Cannot read Docker configuration");
  });

  it.each([
    [{ DOCKER_TLS_VERIFY: "1" }, true],
    [{}, false],
  ])("reads certificates from DOCKER_CERT_PATH (%j)", (verify, expected) => {
    writePems(join(home, "certs"));
    const env = { DOCKER_HOST: "tcp://h:2376", DOCKER_CERT_PATH: join(home, "certs"), ...verify };
    expect(resolveEndpoint(env, home).tls).toMatchObject({ ca: "text of ca.pem", verify: expected });
  });

  it("says which certificate is missing", () => {
    expect(() => resolveEndpoint({ DOCKER_HOST: "tcp://h", DOCKER_TLS_VERIFY: "1" }, home)).toThrow("ca.pem");
  });
});

const hash = (name: string) => createHash("sha256").update(name).digest("hex");

function writeContext(name: string, docker: object): void {
  const folder = join(home, ".docker", "contexts", "meta", hash(name));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "meta.json"), JSON.stringify({ Name: name, Endpoints: { docker } }));
}

function setCurrentContext(name: string): void {
  mkdirSync(join(home, ".docker"), { recursive: true });
  writeFileSync(join(home, ".docker", "config.json"), JSON.stringify({ currentContext: name }));
}

function writePems(folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const name of ["ca.pem", "cert.pem", "key.pem"]) writeFileSync(join(folder, name), `text of ${name}`);
}
