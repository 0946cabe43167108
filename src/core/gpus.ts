/**
 * Which GPUs a task's containers get. One GPU is in one container only. Source: engine-modern 25 (GPU-*).
 */
import type { ContainerDefinition } from "./definition/types.ts";
import type { Task } from "./task.ts";
import { changeContainer, changeTask } from "./task-copy.ts";

/** Ids of GPUs, by the name of their container. */
export type GpuAssignment = Readonly<Record<string, readonly string[]>>;

/** How many a container asks for. Source: task definition parameter `resourceRequirements`. */
export function gpuCountOf(definition: ContainerDefinition): number {
  const requirement = definition.resourceRequirements?.find(({ type }) => type === "GPU");
  return requirement === undefined ? 0 : Number(requirement.value);
}

/** The GPUs that the task's containers name already: given before a restart, or chosen by whoever placed the task. */
export function gpuIdsOf({ containers }: Task): readonly string[] {
  return containers.flatMap(({ gpuIds }) => gpuIds ?? []);
}

/** How many the task takes: a container that names its GPUs takes these, whatever number its definition has. */
export function gpusWantedBy(task: Task): number {
  return gpuIdsOf(task).length + unassigned(task).reduce((total, definition) => total + gpuCountOf(definition), 0);
}

/**
 * Gives each container that asks for GPUs and names none as many of the free ones, in the order of the definition.
 * Containers that name theirs keep them. There must be enough.
 * @param free ids that no task holds, in the host's order
 */
export function assignGpus(task: Task, free: readonly string[]): GpuAssignment {
  const left = free.filter((id) => !gpuIdsOf(task).includes(id));
  const kept = task.containers.flatMap(({ name, gpuIds }) => (gpuIds === undefined ? [] : [[name, gpuIds] as const]));
  const given = unassigned(task).map(
    (definition) => [definition.name, left.splice(0, gpuCountOf(definition))] as const,
  );
  return Object.fromEntries([...kept, ...given.filter(([, ids]) => ids.length > 0)]);
}

/** The task with its containers' GPUs noted, for their create calls and for the next life of the engine. */
export function withGpus(task: Task, gpus: GpuAssignment | undefined): Task {
  if (gpus === undefined || Object.keys(gpus).length === 0) return task;
  const given = new Map(Object.entries(gpus));
  const containers = task.containers.map((each) =>
    given.has(each.name) ? changeContainer(each, { gpuIds: given.get(each.name) }) : each,
  );
  return changeTask(task, { containers });
}

function unassigned({ definition, containers }: Task): readonly ContainerDefinition[] {
  const named = new Set<string>(containers.flatMap(({ name, gpuIds }) => (gpuIds === undefined ? [] : [name])));
  return definition.containerDefinitions.filter(({ name }) => !named.has(name));
}
