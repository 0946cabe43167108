/**
 * The waits between the containers of a definition, whatever member they come from: one list for the machine, for
 * admission and for `plan`. Source: engine-modern 5.2, 5.3, 21.2.
 */
import { asContainerName } from "./brand.ts";
import type { ContainerDefinition, TaskDefinition } from "./definition/types.ts";
import type { Dependency } from "./task.ts";

/** Dependencies of one container: dependsOn, links as START, volumesFrom as CREATE, then its log router. */
export function dependenciesOf(container: ContainerDefinition, definition: TaskDefinition): readonly Dependency[] {
  return [...ownDependencies(container), ...routerDependency(container, definition)];
}

function ownDependencies(container: ContainerDefinition): readonly Dependency[] {
  const declared = (container.dependsOn ?? []).map(
    ({ containerName, condition }): Dependency => ({
      containerName: asContainerName(containerName),
      condition,
      source: "dependsOn",
    }),
  );
  const links = (container.links ?? []).map(
    (link): Dependency => ({ containerName: asContainerName(linkTarget(link)), condition: "START", source: "links" }),
  );
  const volumes = container.volumesFrom.map(
    ({ sourceContainer }): Dependency => ({
      containerName: asContainerName(sourceContainer),
      condition: "CREATE",
      source: "volumesFrom",
    }),
  );
  return [...declared, ...links, ...volumes];
}

/** The name before the alias in `name:alias`. */
export function linkTarget(link: string): string {
  return link.split(":")[0] ?? link;
}

/** Who logs through the router starts after it and stops before it, unless the router itself waits for somebody. */
function routerDependency(container: ContainerDefinition, definition: TaskDefinition): readonly Dependency[] {
  if (container.logConfiguration?.logDriver !== "awsfirelens") return [];
  const router = definition.containerDefinitions.find((each) => each.firelensConfiguration !== undefined);
  if (router === undefined || router === container || ownDependencies(router).length > 0) return [];
  if (container.dependsOn?.some((each) => each.containerName === router.name)) return [];
  return [{ containerName: asContainerName(router.name), condition: "START", source: "firelens" }];
}
