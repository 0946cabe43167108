/**
 * Every value that a definition wants from outside: the secrets of its containers, of their log drivers, and the logins
 * for their images. Source: engine-modern 20.1.
 */
import type { ContainerDefinition, SecretReference, TaskDefinition } from "../definition/types.ts";
import { parseValueFrom, type ValueLocation } from "./value-from.ts";

export type SecretTarget = "environment" | "logDriver" | "registryAuth";

export type SecretRequest = {
  /** Where it stands in the definition: `containerDefinitions[0].secrets[1]`. */
  readonly path: string;
  readonly containerName: string;
  readonly target: SecretTarget;
  /** Name of the variable or of the log option; empty for a login. */
  readonly name: string;
  readonly valueFrom: string;
  readonly location: ValueLocation;
};

/** @throws {InvalidInputError} with the path of a `valueFrom` that cannot be read */
export function secretRequestsOf(
  definition: TaskDefinition,
  targets: readonly SecretTarget[] = ["environment", "logDriver", "registryAuth"],
): readonly SecretRequest[] {
  return definition.containerDefinitions
    .flatMap((container, index) => requestsOfContainer(container, `containerDefinitions[${index}]`))
    .filter((request) => targets.includes(request.target));
}

function requestsOfContainer(container: ContainerDefinition, path: string): readonly SecretRequest[] {
  const request = (target: SecretTarget, at: string, { name, valueFrom }: SecretReference): SecretRequest => ({
    path: at,
    containerName: container.name,
    target,
    name,
    valueFrom,
    location: parseValueFrom(valueFrom, `${at}.valueFrom`),
  });
  const secrets = (container.secrets ?? []).map((entry, index) =>
    request("environment", `${path}.secrets[${index}]`, entry),
  );
  const options = (container.logConfiguration?.secretOptions ?? []).map((entry, index) =>
    request("logDriver", `${path}.logConfiguration.secretOptions[${index}]`, entry),
  );
  return [...secrets, ...options, ...loginOf(container, path)];
}

/** A login is a secret by ARN, or by its bare name. */
function loginOf(container: ContainerDefinition, path: string): readonly SecretRequest[] {
  const valueFrom = container.repositoryCredentials?.credentialsParameter;
  if (valueFrom === undefined) return [];
  const at = `${path}.repositoryCredentials.credentialsParameter`;
  const location: ValueLocation = valueFrom.startsWith("arn:")
    ? parseValueFrom(valueFrom, at)
    : { service: "secretsmanager", region: "", arn: valueFrom, name: valueFrom };
  return [{ path: at, containerName: container.name, target: "registryAuth", name: "", valueFrom, location }];
}
