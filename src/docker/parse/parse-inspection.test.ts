import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readFixture } from "../fixtures/read-fixture.ts";
import { MAX_HEALTH_OUTPUT_BYTES, parseInspection } from "./parse-inspection.ts";

const ID = "b".repeat(64);
const ZERO = "0001-01-01T00:00:00Z";

/** As the newest API sends it: no legacy members of the network settings, no members that are empty. */
function modern(state: object, rest: object = {}): unknown {
  return {
    Id: ID,
    Name: "/web",
    Created: "2026-11-23T21:34:25.753045557Z",
    Image: "sha256:abc",
    State: { Status: "running", Running: true, Pid: 7, ExitCode: 0, Error: "", StartedAt: ZERO, ...state },
    Config: { Image: "web:v1" },
    HostConfig: { LogConfig: { Type: "local" } },
    NetworkSettings: { SandboxID: "", Ports: {}, Networks: {} },
    Mounts: [],
    ...rest,
  };
}

describe("parseInspection() of recorded answers", () => {
  it("DC-43, DC-46: created", () => {
    const inspection = parseInspection(readFixture("container-created"));
    expect(inspection).toMatchObject({
      dockerName: "fx-created",
      labels: { colour: "red" },
      image: "berth-test/busybox",
      imageId: expect.stringMatching(/^sha256:/),
      status: "created",
      pid: 0,
      oomKilled: false,
      logDriver: "json-file",
      createdAt: 1_795_472_741_086,
    });
    for (const absent of ["exitCode", "startedAt", "finishedAt", "stateError", "health", "ipAddress"]) {
      expect(inspection).not.toHaveProperty(absent);
    }
  });

  it("DC-40, DC-41: running, with ports, mounts, network and health", () => {
    expect(parseInspection(readFixture("container-running"))).toMatchObject({
      status: "running",
      tty: true,
      health: { status: "healthy", output: "fine\n" },
      ports: [
        { containerPort: 53, protocol: "udp", hostIp: "0.0.0.0", hostPort: 32768 },
        { containerPort: 53, protocol: "udp", hostIp: "::", hostPort: 32768 },
        { containerPort: 80, protocol: "tcp", hostIp: "127.0.0.1", hostPort: 32768 },
      ],
      mounts: [
        {
          type: "volume",
          name: "fx-vol",
          source: "/var/lib/docker/volumes/fx-vol/_data",
          destination: "/data",
          readWrite: false,
        },
      ],
      ipAddress: expect.stringMatching(/^172\./),
      networks: {
        "fixture-net": { ipAddress: expect.stringMatching(/^172\./), macAddress: expect.stringMatching(/:/) },
      },
    });
  });

  it("DC-43: running again: the finish of the run before says nothing about this one", () => {
    const inspection = parseInspection(readFixture("container-running-again"));
    expect(inspection).toMatchObject({ status: "running", startedAt: 1_795_472_746_037 });
    expect(inspection).not.toHaveProperty("finishedAt");
    expect(inspection).not.toHaveProperty("exitCode");
  });

  it("DC-46: exited", () => {
    expect(parseInspection(readFixture("container-exited"))).toMatchObject({
      status: "stopped",
      exitCode: 3,
      startedAt: 1_795_472_748_400,
      finishedAt: 1_795_472_748_403,
    });
  });

  it("W-29: a failed start has stopped, with exit code and without a finish", () => {
    const inspection = parseInspection(readFixture("container-failed-start"));
    expect(inspection).toMatchObject({
      status: "stopped",
      exitCode: 127,
      stateError: expect.stringContaining("/no/such/command"),
    });
    expect(inspection).not.toHaveProperty("startedAt");
    expect(inspection).not.toHaveProperty("finishedAt");
  });

  it("IT-17: killed for its memory", () => {
    const inspection = parseInspection(readFixture("container-oom"));
    expect(inspection).toMatchObject({ status: "stopped", exitCode: 137, oomKilled: true });
    expect(inspection).not.toHaveProperty("stateError");
  });

  it("DC-45: unhealthy, with the last check's output and exit code", () => {
    expect(parseInspection(readFixture("container-unhealthy")).health).toEqual({
      status: "unhealthy",
      output: "broken\n",
      exitCode: 2,
    });
  });
});

describe("parseInspection() of newer forms", () => {
  it("finds the address where there is only one per network", () => {
    const Networks = { none: null, web: { IPAddress: "10.0.0.2", MacAddress: "02:42:0a:00:00:02" } };
    const inspection = parseInspection(modern({}, { NetworkSettings: { Ports: {}, Networks } }));
    expect(inspection.ipAddress).toBe("10.0.0.2");
    expect(inspection.networks).toEqual({
      none: { ipAddress: "", macAddress: "" },
      web: { ipAddress: "10.0.0.2", macAddress: "02:42:0a:00:00:02" },
    });
  });

  it.each([
    ["no network settings", { NetworkSettings: undefined }],
    ["null lists", { NetworkSettings: { Ports: null, Networks: null }, Mounts: null, Config: null, HostConfig: null }],
  ])("lives with %s", (_what, rest) => {
    const inspection = parseInspection(modern({}, rest));
    expect(inspection).toMatchObject({ dockerId: ID, ports: [], networks: {}, mounts: [] });
    expect(inspection).not.toHaveProperty("ipAddress");
  });

  it("DC-46: dead is stopped", () => {
    expect(parseInspection(modern({ Running: false, Dead: true, Status: "dead" })).status).toBe("stopped");
  });

  it("W-28: running beats everything, also an OOM flag", () => {
    const inspection = parseInspection(modern({ OOMKilled: true, Error: "old error", Dead: true }));
    expect(inspection).toMatchObject({ status: "running", oomKilled: true });
  });

  it.each(["", "none", undefined])("health %j is no health", (Status) => {
    expect(parseInspection(modern({ Health: { Status, FailingStreak: 0, Log: null } }))).not.toHaveProperty("health");
  });

  it("unhealthy without a log is unhealthy all the same", () => {
    expect(parseInspection(modern({ Health: { Status: "unhealthy", Log: [] } })).health).toEqual({
      status: "unhealthy",
    });
  });

  it("DC-45, HEALTH-6: output is cut at 1024 bytes, after whole characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 200, maxLength: 1500 }), (Output) => {
        const Health = {
          Status: "healthy",
          Log: [
            { ExitCode: 1, Output: "older" },
            { ExitCode: 0, Output },
          ],
        };
        const output = parseInspection(modern({ Health })).health?.output ?? "";
        const bytes = Buffer.from(output).length;
        expect(Output.startsWith(output)).toBe(true);
        expect(bytes).toBeLessThanOrEqual(MAX_HEALTH_OUTPUT_BYTES);
        if (output !== Output) expect(bytes).toBeGreaterThan(MAX_HEALTH_OUTPUT_BYTES - 4);
      }),
    );
  });

  it.each([{}, { Id: "" }, [], null, "text"])("an answer that is %j is no container", (body) => {
    expect(() => parseInspection(body)).toThrow("malformed");
  });
});

describe("parseInspection() of ports", () => {
  const ports = (Ports: object) => parseInspection(modern({}, { NetworkSettings: { Ports } })).ports;

  it("DM-36: one binding of 53/udp is one entry with protocol, port, host port and address as given", () => {
    expect(ports({ "53/udp": [{ HostIp: "10.0.0.1", HostPort: "5300" }] })).toEqual([
      { containerPort: 53, protocol: "udp", hostIp: "10.0.0.1", hostPort: 5300 },
    ]);
  });

  it("DM-37: a container port with two bindings gives two entries", () => {
    const bindings = ["8080", "8081"].map((HostPort) => ({ HostIp: "0.0.0.0", HostPort }));
    expect(ports({ "80/tcp": bindings }).map(({ containerPort, hostPort }) => [containerPort, hostPort])).toEqual([
      [80, 8080],
      [80, 8081],
    ]);
  });

  it("DC-42: takes tcp when there is no protocol, and leaves exposed ports out", () => {
    expect(ports({ "80": [{ HostIp: "", HostPort: "8080" }], "81/tcp": null, "82/tcp": [] })).toEqual([
      { containerPort: 80, protocol: "tcp", hostIp: "", hostPort: 8080 },
    ]);
  });

  it.each([
    ["x/tcp", "8080", "UnparsablePort"],
    ["80/tcp", "", "UnparsablePort"],
    ["80/tcp", "70000", "UnparsablePort"],
    ["80/sctp", "8080", "UnrecognizedTransportProtocol"],
  ])("DM-38, DC-42: %s published as %j is %s", (key, HostPort, name) => {
    expect(() => ports({ [key]: [{ HostIp: "0.0.0.0", HostPort }] })).toThrowError(expect.objectContaining({ name }));
  });
});
