import { describe, expect, it } from "vitest";
import { parseEndpoint } from "./parse-endpoint.ts";

describe("parseEndpoint()", () => {
  it.each(["unix:///run/docker.sock", "/run/docker.sock"])("reads the socket %s", (endpoint) => {
    expect(parseEndpoint(endpoint, false)).toEqual({ type: "unix", socketPath: "/run/docker.sock" });
  });

  it.each([
    ["tcp://10.0.0.7:2375", false, { host: "10.0.0.7", port: 2375, tls: false }],
    ["tcp://docker.internal", false, { host: "docker.internal", port: 2375, tls: false }],
    ["tcp://docker.internal", true, { host: "docker.internal", port: 2376, tls: true }],
    ["tcp://[::1]:99/", false, { host: "::1", port: 99, tls: false }],
    ["http://docker.internal:80", false, { host: "docker.internal", port: 80, tls: false }],
    ["https://docker.internal", false, { host: "docker.internal", port: 2376, tls: true }],
  ] as const)("reads %s", (endpoint, tls, address) => {
    expect(parseEndpoint(endpoint, tls)).toEqual({ type: "tcp", ...address });
  });

  it.each([
    ["ssh://me@host", "ssh is not supported"],
    ["unix://run/docker.sock", "not absolute"],
    ["npipe:////./pipe/docker_engine", "neither unix"],
    ["tcp://", "names no host"],
    ["tcp://host:2375/prefix", "a path after the port"],
    ["docker", "neither unix"],
    ["", "neither unix"],
  ])("refuses %s", (endpoint, fact) => {
    expect(() => parseEndpoint(endpoint, false)).toThrowError(
      expect.objectContaining({ name: "CannotGetDockerclientError", message: expect.stringContaining(fact) }),
    );
  });
});
