import { describe, expect, it } from "vitest";
import { aDefinition } from "../testing/builders.ts";
import { openConnectionNote } from "./daemon-safety.ts";

const plain = aDefinition({ containerDefinitions: [{ name: "web" }] });
const secret = aDefinition({
  containerDefinitions: [
    { name: "web", secrets: [{ name: "S", valueFrom: "/s" }], repositoryCredentials: { credentialsParameter: "p" } },
  ],
});
const source = "DOCKER_HOST";

describe("openConnectionNote()", () => {
  it.each([
    ["unix:///var/run/docker.sock", undefined],
    ["tcp://127.0.0.1:2375", undefined],
    ["tcp://localhost:2375", undefined],
    ["tcp://[::1]:2375", undefined],
    ["https://10.0.0.5:2376", undefined],
    ["tcp://10.0.0.5:2376", { verify: true }],
  ] as const)("says nothing of %s with TLS %j", (endpoint, tls) => {
    expect(openConnectionNote({ endpoint, source, ...(tls && { tls }) }, secret)).toBeUndefined();
  });

  it("warns of a daemon that is reached in the open, and louder when secrets are sent", () => {
    const endpoint = "tcp://10.0.0.5:2375";
    expect(openConnectionNote({ endpoint, source }, plain)).toMatch(
      /^Warning: Docker at tcp:\/\/10\.0\.0\.5:2375 \(DOCKER_HOST\) is reached without TLS: /,
    );
    expect(openConnectionNote({ endpoint, source }, secret)).toMatch(
      /^WARNING: the values of 2 secrets go to Docker at tcp:\/\/10\.0\.0\.5:2375 \(DOCKER_HOST\) without TLS: /,
    );
    expect(openConnectionNote({ endpoint: "http://build.example:2375", source }, plain)).toContain("without TLS");
  });

  it("warns of TLS that trusts anybody", () => {
    const connection = { endpoint: "tcp://10.0.0.5:2376", source, tls: { verify: false } };
    expect(openConnectionNote(connection, plain)).toContain("with TLS that does not check who answers");
  });
});
