import { describe, expect, it } from "vitest";
import { type Blocker, describeBlocker } from "./blocker.ts";
import { asEpochMs } from "./brand.ts";

const containerName = "web";

describe("describeBlocker()", () => {
  it.each<[Blocker, string]>([
    [{ type: "dependency", containerName, dependency: "db", condition: "HEALTHY" }, "waits for db (HEALTHY)"],
    [{ type: "dependant", containerName, dependant: "proxy" }, "waits for proxy to stop"],
    [{ type: "resource", containerName, resource: "dockerVolume/data" }, "waits for dockerVolume/data"],
    [{ type: "docker", containerName, action: "pull" }, "pull under way"],
    [
      { type: "retry", containerName, action: "stop", until: asEpochMs(5), error: "DockerTimeoutError: no answer" },
      "stop failed, is tried again: DockerTimeoutError: no answer",
    ],
    [{ type: "hostResources", resources: ["CPU", "port 80"] }, "waits for host CPU, port 80"],
    [{ type: "acknowledgement", changes: 1 }, "waits for a state change to be acknowledged before it is removed"],
    [{ type: "acknowledgement", changes: 3 }, "waits for 3 state changes to be acknowledged before it is removed"],
  ])("%j", (blocker, text) => {
    expect(describeBlocker(blocker)).toBe(text);
  });

  it("has words for a task that waits for a turn and lacks nothing", () => {
    expect(describeBlocker({ type: "hostResources", resources: [] })).toBe("waits for its turn on this host");
  });
});
