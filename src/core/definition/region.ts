/** The region that a definition was written for. */
import type { TaskDefinition } from "./types.ts";

const REGION = "[a-z]{2}(?:-[a-z]+){1,3}-\\d{1,2}";
const ARN_REGION = new RegExp(`^arn:aws[a-z-]{0,20}:[a-z0-9-]{1,40}:(${REGION}):`);
const ECR_REGION = new RegExp(`\\.dkr[.-]ecr(?:-fips)?\\.(${REGION})\\.`);
const LOG_REGION = /^(?:awslogs-region|region)$/;

/** By the first ARN with a region in it, else by where its logs go, else by the registry of its images; undefined when none says. */
export function regionOfDefinition({ containerDefinitions }: TaskDefinition): string | undefined {
  const arns = containerDefinitions.flatMap(({ secrets = [], logConfiguration, repositoryCredentials }) => [
    ...[...secrets, ...(logConfiguration?.secretOptions ?? [])].map(({ valueFrom }) => valueFrom),
    ...(repositoryCredentials === undefined ? [] : [repositoryCredentials.credentialsParameter]),
  ]);
  const logs = containerDefinitions.flatMap(({ logConfiguration }) =>
    Object.entries(logConfiguration?.options ?? {}).flatMap(([name, value]) => (LOG_REGION.test(name) ? [value] : [])),
  );
  return (
    first(arns, ARN_REGION) ??
    first(logs, new RegExp(`^(${REGION})$`)) ??
    first(
      containerDefinitions.map(({ image }) => image),
      ECR_REGION,
    )
  );
}

function first(texts: readonly string[], pattern: RegExp): string | undefined {
  for (const text of texts) {
    const region = pattern.exec(text)?.[1];
    if (region !== undefined) return region;
  }
  return undefined;
}
