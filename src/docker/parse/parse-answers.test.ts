/** The smaller answers, as recorded and in their other forms. */
import { describe, expect, it } from "vitest";
import { readFixture } from "../fixtures/read-fixture.ts";
import { parseDistribution, parseImage, parseImageSummaries } from "./parse-image.ts";
import { parseInfo } from "./parse-info.ts";
import { parseNetworks } from "./parse-network.ts";
import { parseStats } from "./parse-stats.ts";
import { parseSummaries } from "./parse-summary.ts";
import { parseVolume, parseVolumes } from "./parse-volume.ts";

describe("parseSummaries()", () => {
  it("reads a recorded list", () => {
    const byName = new Map(parseSummaries(readFixture("containers")).map((each) => [each.dockerName as string, each]));
    expect([...byName.values()].map((each) => each.state).sort()).toEqual([
      "created",
      "created",
      "exited",
      "exited",
      "running",
      "running",
    ]);
    expect(byName.get("fx-created")).toMatchObject({ labels: { colour: "red" }, createdAt: 1_795_472_741_000 });
  });

  it("takes the own name of a container that others link to", () => {
    const Names = ["/web/db", "/db", "/api/store"];
    expect(parseSummaries([{ Id: "a", Names, State: "paused" }])).toMatchObject([
      { dockerName: "db", state: "paused" },
    ]);
  });

  it("lives with null and with a state that is newer than this code", () => {
    expect(parseSummaries(null)).toEqual([]);
    expect(parseSummaries([{ Id: "a", Names: null, Labels: null, State: "thawing" }])).toMatchObject([
      { dockerName: "", labels: {}, state: "created" },
    ]);
  });
});

describe("parseImage()", () => {
  it("reads a recorded image", () => {
    expect(parseImage(readFixture("image"))).toMatchObject({
      imageId: expect.stringMatching(/^sha256:/),
      tags: ["berth-test/busybox:latest"],
      repoDigests: [],
      architecture: "amd64",
      os: "linux",
      env: [],
      labels: {},
      hasHealthCheck: false,
      createdAt: expect.any(Number),
    });
    expect(parseImageSummaries(readFixture("images"))).toMatchObject([
      { tags: ["berth-test/busybox:latest"], repoDigests: [] },
    ]);
  });

  it("tells the labels that are baked in", () => {
    const baked = { Id: "sha256:a", Config: { Labels: { mine: "yes" } } };
    expect(parseImage(baked).labels).toEqual({ mine: "yes" });
    expect(parseImage({ Id: "sha256:a", Config: { Labels: null } }).labels).toEqual({});
  });

  it.each([
    [["CMD", "true"], true],
    [["NONE"], false],
    [[], false],
    [null, false],
  ])("a check of %j", (Test, hasHealthCheck) => {
    expect(parseImage({ Id: "sha256:a", Config: { Healthcheck: { Test } } })).toMatchObject({ hasHealthCheck });
  });

  it("API 1.52 leaves out what is empty", () => {
    const image = parseImage({ Id: "sha256:a", Config: {} });
    expect(image).toMatchObject({ tags: [], repoDigests: [], env: [] });
    expect(image).not.toHaveProperty("createdAt");
  });
});

describe("parseDistribution()", () => {
  it("reads the digest", () => {
    const Descriptor = { mediaType: "application/vnd.oci.image.index.v1+json", digest: "sha256:abc", size: 1 };
    expect(parseDistribution({ Descriptor, Platforms: [] })).toEqual({
      digest: "sha256:abc",
      mediaType: "application/vnd.oci.image.index.v1+json",
    });
    expect(() => parseDistribution({ Descriptor: null })).toThrow("malformed");
  });
});

describe("parseStats()", () => {
  it("reads a recorded sample of cgroup v1", () => {
    expect(parseStats(readFixture("stats"))).toMatchObject({
      readAt: expect.any(Number),
      cpuTotalNs: expect.any(Number),
      onlineCpus: 2,
      memoryCacheBytes: expect.any(Number),
      pids: 1,
    });
  });

  it("STAT-5: takes the inactive file pages for the cache on cgroup v2", () => {
    const wire = {
      read: "2026-11-23T21:34:25.753045557Z",
      cpu_stats: { cpu_usage: { total_usage: 5_000_000 }, system_cpu_usage: 9_000_000, online_cpus: 4 },
      memory_stats: { usage: 100, limit: 1000, stats: { file: 50, inactive_file: 30 } },
      networks: { eth0: { rx_bytes: 1, tx_bytes: 2 }, eth1: { rx_bytes: 10, tx_bytes: 20 } },
      blkio_stats: {
        io_service_bytes_recursive: [
          { major: 8, minor: 0, op: "read", value: 7 },
          { major: 8, minor: 16, op: "Read", value: 1 },
          { major: 8, minor: 0, op: "write", value: 9 },
        ],
      },
      pids_stats: { current: 3 },
    };
    expect(parseStats(wire)).toEqual({
      readAt: 1_795_469_665_753,
      cpuTotalNs: 5_000_000,
      systemCpuNs: 9_000_000,
      onlineCpus: 4,
      memoryUsageBytes: 100,
      memoryCacheBytes: 30,
      memoryLimitBytes: 1000,
      networkRxBytes: 11,
      networkTxBytes: 22,
      blockReadBytes: 8,
      blockWriteBytes: 9,
      pids: 3,
    });
  });

  it("counts the CPUs of a daemon that does not tell them", () => {
    const cpu_stats = { cpu_usage: { total_usage: 1, percpu_usage: [1, 0, 0] } };
    expect(parseStats({ read: "2026-11-23T21:34:25Z", cpu_stats })?.onlineCpus).toBe(3);
  });

  it("is nothing for the empty record of a container that does not run", () => {
    expect(parseStats({ read: "0001-01-01T00:00:00Z", cpu_stats: {}, networks: null })).toBeUndefined();
  });
});

describe("the others", () => {
  it("reads a recorded info", () => {
    expect(parseInfo(readFixture("info"))).toMatchObject({
      cpus: 2,
      memoryMiB: 24_105,
      cgroupDriver: "cgroupfs",
      cgroupVersion: "1",
      logDrivers: expect.arrayContaining(["awslogs", "json-file"]),
      liveRestore: true,
      dockerRootDir: "/var/lib/docker",
      securityOptions: ["name=seccomp,profile=default"],
    });
    expect(parseInfo({ CgroupVersion: "2" }).cgroupVersion).toBe("2");
  });

  it("reads volumes and networks", () => {
    expect(parseVolume(readFixture("volume"))).toEqual({
      name: "fx-vol",
      driver: "local",
      mountpoint: "/var/lib/docker/volumes/fx-vol/_data",
      labels: {},
      options: {},
    });
    expect(parseVolumes({ Volumes: null })).toEqual([]);
    expect(parseNetworks([{ Id: "n", Name: "web", Driver: "bridge", Labels: null }])).toEqual([
      { id: "n", name: "web", driver: "bridge", labels: {} },
    ]);
  });
});
