import { describe, expect, it } from "vitest";
import { cgroupResource } from "../core/resources/cgroup.ts";
import { firelensResource } from "../core/resources/firelens.ts";
import { createDockerClient } from "../docker/index.ts";
import { silentLog } from "../ports/log.ts";
import { NO_METADATA } from "../ports/metadata-manager.ts";
import { aContainer, aDefinition, aTask } from "../testing/builders.ts";
import { SeededRandom } from "../testing/seeded-random.ts";
import { type HostFeatureOptions, hostAdapters, hostContext, metadataFiles } from "./host-features.ts";

const local = createDockerClient({ endpoint: "unix:///run/docker.sock" });
const distant = createDockerClient({ endpoint: "tcp://10.0.0.1:2375" });
const info = {
  id: "",
  name: "",
  cpus: 1,
  memoryMiB: 1,
  cgroupDriver: "none",
  cgroupVersion: "1",
  logDrivers: [],
  liveRestore: false,
  dockerRootDir: "",
  securityOptions: [],
} as const;

function typesWith(options: HostFeatureOptions & { readonly dataDir?: string; readonly remoteLogs?: "passthrough" }) {
  return hostAdapters({ client: local, ...options }, { info, engineId: "e" }, silentLog).map(({ type }) => type);
}

describe("hostAdapters()", () => {
  it("routes no logs by default", () => {
    expect(typesWith({})).toEqual(["cgroup"]);
    expect(typesWith({ hostDataDir: "/data", firelens: false, remoteLogs: "passthrough" })).toEqual(["cgroup"]);
  });

  it("routes logs when told to, or when all are passed on and there is a folder", () => {
    expect(typesWith({ firelens: true, hostDataDir: "/data" })).toEqual(["cgroup", "firelens"]);
    expect(typesWith({ remoteLogs: "passthrough", dataDir: "/data" })).toEqual(["cgroup", "firelens"]);
    expect(typesWith({ remoteLogs: "passthrough" })).toEqual(["cgroup"]);
  });

  it("says what is missing", () => {
    expect(() => typesWith({ firelens: true })).toThrow("hostDataDir: Cannot set up the engine: firelens needs files");
    const far = { client: distant, firelens: true, hostDataDir: "/data" };
    expect(() => hostAdapters(far, { info, engineId: "e" }, silentLog)).toThrow("the daemon is at tcp://10.0.0.1:2375");
  });
});

describe("metadataFiles()", () => {
  it("writes none unless told to", () => {
    const random = new SeededRandom(1);
    expect(metadataFiles({ client: local, hostDataDir: "/data" }, random)).toBe(NO_METADATA);
    expect(metadataFiles({ client: local, hostDataDir: "/data", containerMetadata: true }, random)).not.toBe(
      NO_METADATA,
    );
    expect(() => metadataFiles({ client: local, containerMetadata: true }, random)).toThrow(
      "containerMetadata needs files",
    );
  });
});

describe("hostContext()", () => {
  const environment = { environmentOf: () => ({ secrets: {}, files: [], logOptions: { token: "value" } }) };
  const nothing = { environment };

  it("is empty for a task that got nothing of this host", () => {
    expect(hostContext(aTask(), aContainer(), nothing)).toEqual({});
  });

  it("has the GPUs that the container was given, and the runtime for them", () => {
    const container = aContainer({ gpuIds: ["GPU-1"] });
    expect(hostContext(aTask(), container, { ...nothing, nvidiaRuntime: "nvidia" })).toEqual({
      gpuDeviceIds: ["GPU-1"],
      nvidiaRuntime: "nvidia",
    });
  });

  it("has the control group and the router's files of the task, with secret options for the router", () => {
    const logConfiguration = { logDriver: "awsfirelens", options: { Name: "stdout" } };
    const containerDefinitions = [
      { logConfiguration },
      { name: "router", firelensConfiguration: { type: "fluentbit" as const } },
    ];
    const resources = [cgroupResource("/ecs/1"), firelensResource("/data/firelens/1")];
    const task = aTask({ definition: aDefinition({ containerDefinitions }), resources });
    expect(hostContext(task, aContainer(), nothing)).toMatchObject({
      cgroupParent: "/ecs/1",
      firelens: { socketPath: "/data/firelens/1/socket/fluent.sock", routerEnvironment: { token_0: "value" } },
    });
  });
});
