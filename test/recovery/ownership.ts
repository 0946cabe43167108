/** Does everything in Docker that carries an engine's label belong to one of its tasks, once? */
import { CONTAINER_NAME_LABEL, ENGINE_ID_LABEL, TASK_ARN_LABEL } from "../../src/core/labels.ts";
import { compareContainerStatus } from "../../src/core/status.ts";
import type { Container, Task } from "../../src/core/task.ts";
import type { DockerClient } from "../../src/ports/docker-client.ts";

export type Owned = {
  readonly kind: "container" | "volume" | "network";
  readonly name: string;
  readonly owner: string;
};

export async function labelledObjects(client: DockerClient, engineId: string): Promise<readonly Owned[]> {
  const labels = { [ENGINE_ID_LABEL]: engineId };
  const containers = await client.listContainers({ all: true, labels });
  const volumes = await client.listVolumes({ labels });
  const networks = await client.listNetworks({ labels });
  return [
    ...containers.map((each) => owned("container", each.dockerName, each.labels)),
    ...volumes.map((each) => owned("volume", each.name, each.labels)),
    ...networks.map((each) => owned("network", each.name, each.labels)),
  ];
}

function owned(kind: Owned["kind"], name: string, labels: Readonly<Record<string, string>>): Owned {
  const container = kind === "container" ? ` ${labels[CONTAINER_NAME_LABEL]}` : "";
  return { kind, name, owner: `${labels[TASK_ARN_LABEL]}${container}` };
}

export function strangersAmong(objects: readonly Owned[], taskArns: ReadonlySet<string>): readonly Owned[] {
  return objects.filter(({ owner }) => !taskArns.has(owner.split(" ")[0] ?? ""));
}

/** Containers of which the same task has two. */
export function doublesAmong(objects: readonly Owned[]): readonly Owned[] {
  const containers = objects.filter(({ kind }) => kind === "container");
  return containers.filter(({ owner }, index) => containers.findIndex((each) => each.owner === owner) !== index);
}

/**
 * What is in Docker of which no row said beforehand that it would be asked for: to be looked at between a death and the next
 * start, when nothing has been tidied up yet.
 */
export async function withoutIntent(
  client: DockerClient,
  engineId: string,
  tasks: readonly Task[],
): Promise<readonly string[]> {
  const labels = { [ENGINE_ID_LABEL]: engineId };
  const known = new Map(tasks.map((task): [string, Task] => [task.arn, task]));
  const problems: string[] = [];
  for (const { dockerId, dockerName, labels: found } of await client.listContainers({ all: true, labels })) {
    const containers = known.get(found[TASK_ARN_LABEL] ?? "")?.containers ?? [];
    const row = containers.find(({ name }) => name === found[CONTAINER_NAME_LABEL]);
    if (row === undefined) problems.push(`${dockerName} was made before its task was on record`);
    const hasRun = (await client.inspectContainer(dockerId))?.startedAt !== undefined;
    if (hasRun && !mayHaveRun(row)) problems.push(`${dockerName} was started before its row said so`);
  }
  for (const { name, labels: found } of await client.listVolumes({ labels })) {
    const resources = known.get(found[TASK_ARN_LABEL] ?? "")?.resources ?? [];
    const isMeant = resources.some(({ type }) => type === "dockerVolume");
    if (!isMeant) problems.push(`volume ${name} was made before its task was on record`);
  }
  return problems;
}

/** The intent to start is dropped when its outcome is known; a first start is on record with its task, as its create is. */
function mayHaveRun(row: Container | undefined): boolean {
  if (row === undefined) return false;
  if (row.knownStatus !== "STOPPED" && row.dockerId === undefined) return true;
  return row.startRequestedAt !== undefined || compareContainerStatus(row.knownStatus, "RUNNING") >= 0;
}
