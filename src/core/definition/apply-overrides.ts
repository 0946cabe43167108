/** A definition with RunTask's overrides laid over it. Source: interfaces 1.6. */
import { InvalidInputError } from "../errors.ts";
import { deepFreeze } from "./freeze.ts";
import type {
  ContainerDefinition,
  ContainerOverride,
  EnvironmentFile,
  KeyValuePair,
  TaskDefinition,
  TaskOverride,
} from "./types.ts";

/**
 * The definition as the task runs it. Containers without an override stay the same object.
 * @throws {InvalidInputError} when a container that is overridden is not there; AWS refuses that in the same words
 */
export function applyOverrides(definition: TaskDefinition, overrides: TaskOverride): TaskDefinition {
  const { containerOverrides = [], cpu, memory, executionRoleArn, taskRoleArn, ephemeralStorage } = overrides;
  const known = new Set(definition.containerDefinitions.map(({ name }) => name));
  for (const [index, { name }] of containerOverrides.entries()) {
    if (name !== undefined && known.has(name)) continue;
    const message = `Override for container named ${name} is not a container in the TaskDefinition.`;
    throw new InvalidInputError(`containerOverrides[${index}].name`, message);
  }
  return deepFreeze({
    ...definition,
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(executionRoleArn === undefined ? {} : { executionRoleArn }),
    ...(taskRoleArn === undefined ? {} : { taskRoleArn }),
    ...(ephemeralStorage === undefined ? {} : { ephemeralStorage }),
    containerDefinitions: definition.containerDefinitions.map((container) =>
      containerOverrides.filter(({ name }) => name === container.name).reduce(applyContainerOverride, container),
    ),
  });
}

function applyContainerOverride(container: ContainerDefinition, override: ContainerOverride): ContainerDefinition {
  const { command, environment, environmentFiles, cpu, memory, memoryReservation, resourceRequirements } = override;
  return {
    ...container,
    ...(command === undefined ? {} : { command }),
    ...(environment === undefined ? {} : { environment: mergeEnvironment(container.environment, environment) }),
    ...(environmentFiles === undefined
      ? {}
      : { environmentFiles: appendFiles(container.environmentFiles, environmentFiles) }),
    ...(cpu === undefined ? {} : { cpu }),
    ...(memory === undefined ? {} : { memory }),
    ...(memoryReservation === undefined ? {} : { memoryReservation }),
    ...(resourceRequirements === undefined ? {} : { resourceRequirements }),
  };
}

/** Same-named entries are replaced where they stand, new ones follow. Nothing can be removed. */
function mergeEnvironment(base: readonly KeyValuePair[], added: readonly KeyValuePair[]): readonly KeyValuePair[] {
  const merged = new Map(base.map(({ name, value }) => [name, value]));
  for (const { name, value = "" } of added) merged.set(name, value);
  return [...merged].map(([name, value]) => ({ name, value }));
}

function appendFiles(
  base: readonly EnvironmentFile[] = [],
  added: readonly EnvironmentFile[],
): readonly EnvironmentFile[] {
  return [...base, ...added];
}
