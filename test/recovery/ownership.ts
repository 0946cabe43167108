/** Does everything in Docker that carries an engine's label belong to one of its tasks, once? */
import { CONTAINER_NAME_LABEL, ENGINE_ID_LABEL, TASK_ARN_LABEL } from "../../src/core/labels.ts";
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
