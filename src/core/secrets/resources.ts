/**
 * What a definition needs of secrets and environment files, as resources of the task. Their specs are empty: everything
 * is read from the definition, and values are never in a row.
 * Source: engine-modern 12.6, 20.3, 20.4.
 */
import type { ContainerDefinition, TaskDefinition } from "../definition/types.ts";
import type { TaskResource } from "../task.ts";

export function secretResourcesOf(definition: TaskDefinition): readonly TaskResource[] {
  const wants = (test: (container: ContainerDefinition) => boolean) => definition.containerDefinitions.some(test);
  const resources: TaskResource[] = [];
  if (wants((each) => each.repositoryCredentials !== undefined)) {
    resources.push(inMemory("registryAuth", "MANIFEST_PULLED"));
  }
  if (wants(hasSecrets)) resources.push(inMemory("secrets", "CREATED"));
  if (wants((each) => (each.environmentFiles ?? []).length > 0))
    resources.push(inMemory("environmentFiles", "CREATED"));
  return resources;
}

function hasSecrets({ secrets, logConfiguration }: ContainerDefinition): boolean {
  return (secrets ?? []).length > 0 || (logConfiguration?.secretOptions ?? []).length > 0;
}

function inMemory(type: TaskResource["type"], gates: TaskResource["gates"]): TaskResource {
  return { id: type, type, gates, knownStatus: "NONE", createRequested: false, volatile: true, spec: {} };
}
