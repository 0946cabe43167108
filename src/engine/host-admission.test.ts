/** Room on the host for tasks that come, go, and come back with a restart. Source: engine-modern 15, 17. */
import { describe, expect, it } from "vitest";
import type { Input } from "../core/machine/input.ts";
import type { Container, Task } from "../core/task.ts";
import { aContainer, aContainerDefinition, aDefinition, aTask } from "../testing/builders.ts";
import { HostAdmission } from "./host-admission.ts";
import { HostPortAllocator } from "./host-port-allocator.ts";
import { HostResourceManager } from "./host-resource-manager.ts";

const dynamic = { containerPort: 80, count: 1, protocol: "tcp", choice: "dynamic" } as const;
const lease = (hostPort: number) => ({ containerPort: 80, protocol: "tcp", hostPort }) as const;
const nothingSeen = new Map<Task["arn"], never[]>();

const TOTALS = { cpuUnits: 1_024, memoryMiB: 64, reservedTcp: [], reservedUdp: [], gpus: [] };

/** A host with room for one of the tasks below, and two host ports. */
function host() {
  const sent: string[] = [];
  const send = (taskArn: string, input: Input) => sent.push(`${taskArn} ${input.type}`);
  const hostResources = new HostResourceManager(TOTALS);
  const hostPorts = new HostPortAllocator({ range: { first: 40_000, last: 40_001 }, probe: async () => true });
  const admission = new HostAdmission({ hostResources, hostPorts, send });
  return { admission, hostPorts, sent };
}

function task(arn: string, ...containers: readonly Container[]): Task {
  const definition = aDefinition({ containerDefinitions: [aContainerDefinition({ memory: 64 } as never)] });
  return aTask({
    arn: arn as Task["arn"],
    definition,
    containers: containers.length === 0 ? [aContainer()] : containers,
  });
}

describe("HostAdmission", () => {
  it("lets the next one in when the task before it gives back what it had", () => {
    const { admission, sent } = host();
    admission.request(task("arn:a"));
    admission.request(task("arn:b"));
    expect(sent).toEqual(["arn:a hostResourcesGranted"]);
    admission.release(task("arn:a"));
    expect(sent).toEqual(["arn:a hostResourcesGranted", "arn:b hostResourcesGranted"]);
  });

  it.each([
    ["by its rows", task("arn:a", aContainer({ knownStatus: "CREATED" })), nothingSeen],
    [
      "by what was found of it",
      task("arn:a"),
      new Map([
        ["arn:a", [{ containerName: "web", observation: { kind: "present", status: "created", oomKilled: false } }]],
      ]) as never,
    ],
  ])("HRM: counts who runs over a restart, known %s, before anybody new gets in", (_, running, observations) => {
    const { admission, sent } = host();
    admission.adopt([running], observations);
    admission.request(task("arn:b"));
    expect(sent).toEqual([]);
  });

  it("does not count who has not been let in before, nor who is STOPPED", () => {
    const { admission, sent } = host();
    const stopped = { ...task("arn:old", aContainer({ knownStatus: "STOPPED" })), knownStatus: "STOPPED" } as const;
    admission.adopt([stopped, task("arn:new")], nothingSeen);
    admission.request(task("arn:b"));
    expect(sent).toEqual(["arn:b hostResourcesGranted"]);
  });

  it("PORT: gives nobody a host port that a restored task has, and all of them back with the task", async () => {
    const { admission, hostPorts } = host();
    const web = aContainer({ name: "web", knownStatus: "CREATED", hostPorts: [lease(40_000)] });
    const db = aContainer({ name: "db", knownStatus: "RUNNING", hostPorts: [lease(40_001)] });
    const running = { ...task("arn:a", web, db), knownStatus: "RUNNING" } as const;
    admission.adopt([running], nothingSeen);
    await expect(hostPorts.lease("arn:b web", [dynamic])).rejects.toMatchObject({ name: "HostConfigError" });
    admission.release(running);
    const given = await hostPorts.lease("arn:b web", [dynamic, dynamic]);
    expect(given.map(({ hostPort }) => hostPort).toSorted()).toEqual([40_000, 40_001]);
  });

  it("PORT: takes note of the fixed ports of a container that was found, though no answer to its create was saved", async () => {
    const { admission, hostPorts } = host();
    const portMappings = [{ containerPort: 80, hostPort: 40_000, protocol: "tcp" as const }];
    const definition = aDefinition({
      networkMode: "bridge",
      containerDefinitions: [{ portMappings }, { name: "db", portMappings: [] }],
    });
    const running = { ...task("arn:a", aContainer(), aContainer({ name: "db" })), definition };
    const present = { kind: "present", status: "created", oomKilled: false } as never;
    admission.adopt([running], new Map([[running.arn, [{ containerName: "web", observation: present }]]]));
    expect((await hostPorts.lease("arn:b web", [dynamic])).map(({ hostPort }) => hostPort)).toEqual([40_001]);
    admission.release(running);
    expect((await hostPorts.lease("arn:c web", [dynamic])).map(({ hostPort }) => hostPort)).toEqual([40_000]);
  });

  it("takes no note of ports of who has stopped", async () => {
    const { admission, hostPorts } = host();
    const web = aContainer({ knownStatus: "STOPPED", hostPorts: [lease(40_000)] });
    admission.adopt([{ ...task("arn:a", web), knownStatus: "STOPPED" }], nothingSeen);
    const [given] = await hostPorts.lease("arn:b web", [dynamic]);
    expect(given?.hostPort).toBe(40_000);
  });
});
