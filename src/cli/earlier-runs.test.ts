import { beforeEach, describe, expect, it } from "vitest";
import { asDockerName } from "../core/brand.ts";
import { dockerNameFor } from "../core/docker-name.ts";
import { engineIdOfRun, type RunOwner } from "../core/run-owner.ts";
import { SimulatedClock } from "../testing/simulated-clock.ts";
import { SimulatedDocker } from "../testing/simulated-docker/index.ts";
import { removeEarlierRuns } from "./earlier-runs.ts";

const owner = (pid: number): RunOwner => ({
  pid,
  startTicks: "7",
  pidNamespace: "4026531836",
  bootId: "327b11fd-9498-47e7-9b51-f64c5f1dd030",
});
const FATES = { 1: "gone", 2: "alive", 3: "unknown" } as const;
const processes = {
  self: () => undefined,
  fateOf: ({ pid }: RunOwner) => FATES[pid as keyof typeof FATES],
  listenersOn: () => [],
};

let docker: SimulatedDocker;
beforeEach(() => {
  docker = new SimulatedDocker({ clock: new SimulatedClock() });
  docker.image("web:1", { where: "daemon" });
});

type Made = { readonly engineId: string; readonly family?: string; readonly name?: string };

let made = 0;
async function make({ engineId, family = "shop", name }: Made): Promise<string> {
  const hex = String(++made).padStart(20, "0");
  const dockerName = name ?? dockerNameFor(family, 1, "web", hex);
  const labels = {
    "berth.engine-id": engineId,
    "com.amazonaws.ecs.container-name": "web",
    "com.amazonaws.ecs.task-arn": `arn:aws:ecs:us-east-1:000000000000:task/default/${hex}`,
    "com.amazonaws.ecs.task-definition-family": family,
    "com.amazonaws.ecs.task-definition-version": "1",
  };
  const client = docker.client();
  const { dockerId } = await client.createContainer({
    name: asDockerName(dockerName),
    body: { Image: "web:1", Labels: labels },
  });
  await client.startContainer(dockerId);
  return dockerName;
}

async function left(): Promise<readonly string[]> {
  const all = await docker.client().listContainers({ all: true, labels: {} });
  return all.map(({ dockerName }): string => dockerName).sort();
}

const replace = () =>
  removeEarlierRuns("shop", { docker: docker.client(), processes, signal: new AbortController().signal });

describe("removeEarlierRuns()", () => {
  it("removes containers and volumes of killed runs of the family, and tells of those that it must leave", async () => {
    const [killed, alive, unknown, before] = [1, 2, 3].map((pid) => engineIdOfRun(owner(pid), "ab")).concat("run-0123");
    const gone = await make({ engineId: killed ?? "" });
    const kept = [
      await make({ engineId: alive ?? "" }),
      await make({ engineId: unknown ?? "" }),
      await make({ engineId: before ?? "" }),
    ];
    const client = docker.client();
    await client.createVolume({ name: "v1", driver: "local", labels: { "berth.engine-id": killed ?? "" } });
    await client.createVolume({ name: "v2", driver: "local", labels: { "berth.engine-id": alive ?? "" } });
    const told = await replace();
    expect(await left()).toEqual([...kept].sort());
    expect((await client.listVolumes({ labels: {} })).map(({ name }) => name)).toEqual(["v2"]);
    expect([...told].sort()).toEqual(
      [
        `Removed container ${gone}, left by a run that was killed (--replace)`,
        `Left container ${kept[0]} alone: its run goes on, as process 2 (--replace)`,
        ...kept
          .slice(1)
          .map(
            (name) =>
              `Left container ${name} alone: whether its run goes on cannot be seen from here; it ran before the last boot, or elsewhere (--replace)`,
          ),
      ].sort(),
    );
  });

  it.each([
    ["another family's", { family: "other", engineId: engineIdOfRun(owner(1), "ab") }],
    ["an engine's of a longer life", { engineId: "0123456789abcdef0123" }],
    [
      "one of an image that was committed from a run's container",
      { name: "mine", engineId: engineIdOfRun(owner(1), "ab") },
    ],
  ])("neither touches nor names %s", async (_, container) => {
    const name = await make(container);
    expect(await replace()).toEqual([]);
    expect(await left()).toEqual([name]);
  });
});
