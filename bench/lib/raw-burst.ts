/** Containers made and started by bare API calls: what a burst of an engine's tasks is held against. */
import { posix } from "node:path";
import type { DockerId, DockerName } from "../../src/core/brand.ts";
import { cgroupResource } from "../../src/core/resources/cgroup.ts";
import type { CreateBody, DockerClient } from "../../src/ports/docker-client.ts";
import { silentLog } from "../../src/ports/log.ts";
import { TaskCgroups } from "../../src/resources/cgroup/index.ts";
import { newTask, ONE_CONTAINER } from "./simulated-world.ts";

/** Milliseconds from the beginning to RUNNING, of each. */
export type Times = readonly number[];

let serial = 0;

/** Creates and starts `count` containers of one body, so many at a time, and removes them when the last one runs. */
export async function rawBurst(
  client: DockerClient,
  { body, count, atATime }: { readonly body: CreateBody; readonly count: number; readonly atATime: number },
): Promise<Times> {
  const bodies = Array.from({ length: count }, () => withParentOfItsOwn(body));
  const began = performance.now();
  const times: number[] = [];
  let next = 0;
  const worker = async () => {
    for (let own = bodies[next++]; own !== undefined; own = bodies[next++]) {
      const name = `bench-${process.pid}-${serial++}` as DockerName;
      const { dockerId } = await client.createContainer({ name, body: own });
      await client.startContainer(dockerId);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: atATime }, worker));
  await removeAll(client, body.Labels ?? {});
  await removeParents(client, bodies);
  return times;
}

/** Removes every container with these labels. */
export async function removeAll(client: DockerClient, labels: Readonly<Record<string, string>>): Promise<void> {
  const found = await client.listContainers({ all: true, labels });
  const remove = (id: DockerId) => client.removeContainer(id, { force: true, removeVolumes: true });
  const left = found.map(({ dockerId }) => dockerId);
  const worker = async () => {
    for (let id = left.pop(); id !== undefined; id = left.pop()) await remove(id);
  };
  await Promise.all(Array.from({ length: 4 }, worker));
}

/** As tasks have it: each container in a control group of its task, which Docker makes where it is missing. */
function withParentOfItsOwn(body: CreateBody): CreateBody {
  const parent = body.HostConfig?.CgroupParent;
  if (parent === undefined) return body;
  const own = posix.join(posix.dirname(parent), `bench-${process.pid}-${serial++}`);
  return { ...body, HostConfig: { ...body.HostConfig, CgroupParent: own } };
}

/** Docker leaves them behind. */
async function removeParents(client: DockerClient, bodies: readonly CreateBody[]): Promise<void> {
  const cgroups = new TaskCgroups({
    setting: "auto",
    info: await client.info(),
    endpoint: client.endpoint,
    log: silentLog,
  });
  await cgroups.open();
  const owner = newTask(ONE_CONTAINER);
  for (const { HostConfig } of bodies) {
    const parent = HostConfig?.CgroupParent;
    if (parent !== undefined) await cgroups.remove(owner, cgroupResource(parent));
  }
}
