/** Containers and volumes that carry our labels and belong to no task, and a daemon that does not let go of them. */
import { describe, expect, it } from "vitest";
import { asDockerName } from "../../src/core/brand.ts";
import { ENGINE_ID_LABEL, TASK_ARN_LABEL } from "../../src/core/labels.ts";
import { DEFAULT_ENGINE_CONFIG } from "../../src/engine/engine-options.ts";
import { SimulatedHost } from "../../src/testing/simulated-host.ts";
import { runningTask, startedHost } from "./started-host.ts";

const LABELS = { [ENGINE_ID_LABEL]: "simulated", [TASK_ARN_LABEL]: "arn:gone" };
const REFUSED = { kind: "errorBeforeEffect", status: 409, message: "device or resource busy" } as const;

async function makeStrays(host: SimulatedHost, labels: Readonly<Record<string, string>>, ...names: readonly string[]) {
  const client = host.docker.client();
  for (const name of names) {
    const body = { Image: "app", Labels: labels, HostConfig: { Binds: [`${name}-data:/data`] } };
    await host.clock.resolve(client.createVolume({ name: `${name}-data`, driver: "local", labels }));
    await host.clock.resolve(client.createContainer({ name: asDockerName(name), body }));
  }
}

const namesOf = (host: SimulatedHost) => host.docker.containers().map(({ dockerName }) => String(dockerName));
const volumesOf = async (host: SimulatedHost) =>
  (await host.clock.resolve(host.docker.client().listVolumes({ labels: {} }))).map(({ name }) => name);
const warningsOf = ({ log }: SimulatedHost) => log.lines.filter(({ message }) => message.startsWith("Cannot "));

describe("a stray whose removal is refused", () => {
  it("is named as such by the relist, keeps nobody from the others, and goes with the next list", async () => {
    const host = await startedHost();
    await makeStrays(host, LABELS, "busy", "free");
    const [busy] = host.docker.containers();
    host.docker.faults.next("removeContainer", REFUSED, { subject: busy?.dockerId ?? "" });
    await host.clock.runUntil(() => namesOf(host).length === 1);
    expect(namesOf(host)).toEqual(["busy"]);
    expect(warningsOf(host)).toMatchObject([
      {
        level: "warn",
        message: "Cannot remove container without a task",
        fields: {
          dockerName: "busy",
          dockerId: busy?.dockerId,
          error: { name: "CannotRemoveContainerError", message: expect.stringContaining("device or resource busy") },
        },
      },
    ]);
    await host.clock.runUntil(() => namesOf(host).length === 0);
  });

  it("does not keep the relist from others while the daemon says nothing of it", async () => {
    const host = await startedHost();
    const task = await runningTask(host, [{ name: "web" }]);
    await makeStrays(host, LABELS, "busy");
    const stray = host.docker.find("busy")?.dockerId ?? "";
    host.docker.faults.next("removeContainer", { kind: "hang" }, { subject: stray });
    await host.clock.runUntil(() => (host.docker.faults.counts.hang ?? 0) > 0);
    host.docker.faults.always("events", { kind: "eventLost" });
    host.docker.signal("web", "SIGKILL");
    await host.untilStatus(task, "STOPPED", 2 * DEFAULT_ENGINE_CONFIG.relistIntervalMs);
    expect(namesOf(host)).toContain("busy");
    await host.clock.runUntil(() => !namesOf(host).includes("busy"));
  });

  it("does not keep the engine from starting, nor does the volume that it uses", async () => {
    const host = new SimulatedHost();
    await makeStrays(host, LABELS, "busy", "free");
    const [busy] = host.docker.containers();
    host.docker.faults.next("removeContainer", REFUSED, { subject: busy?.dockerId ?? "", times: 2 });
    await host.start();
    expect(namesOf(host)).toEqual(["busy"]);
    expect(await volumesOf(host)).toEqual(["busy-data"]);
    const warnings = warningsOf(host).map(({ message, fields }) => [message, fields.dockerName ?? fields.volume]);
    expect(warnings).toEqual([
      ["Cannot remove container without a task", "busy"],
      ["Cannot remove volume without a task", "busy-data"],
      ["Cannot remove container without a task", "busy"],
    ]);
    await host.clock.runUntil(() => namesOf(host).length === 0);
    await host.shutdown();
    await host.start();
    expect(await volumesOf(host)).toEqual([]);
  });

  it("keeps the engine from starting when its task is still there, and would make another beside it", async () => {
    const host = await startedHost();
    const task = await runningTask(host, [{ name: "web" }]);
    host.crash();
    await makeStrays(host, { ...LABELS, [TASK_ARN_LABEL]: task.arn }, "double", "other");
    host.docker.faults.next("removeContainer", REFUSED, { subject: host.docker.find("double")?.dockerId ?? "" });
    await expect(host.start()).rejects.toMatchObject({ name: "CannotRemoveContainerError", retryable: true });
    expect(namesOf(host)).toEqual([task.containers[0]?.dockerName, "double"]);
    await host.start();
    expect(namesOf(host)).toEqual([task.containers[0]?.dockerName]);
    expect(host.now(task).knownStatus).toBe("RUNNING");
  });
});
