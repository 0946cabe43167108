/** The region that a definition was written for. */
import { InvalidInputError } from "../errors.ts";
import type { TaskDefinition } from "./types.ts";

const REGION = "[a-z]{2}(?:-[a-z]+){1,3}-\\d{1,2}";
const ARN_REGION = new RegExp(`^arn:aws[a-z-]{0,20}:[a-z0-9-]{1,40}:(${REGION}):`);
const ECR_REGION = new RegExp(`\\.dkr[.-]ecr(?:-fips)?\\.(${REGION})\\.`);
const LOG_REGION = /^(?:awslogs-region|region)$/;

const DEFAULT_REGION = "us-east-1";
const REGION_NAME = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;

export type RegionSources = {
  /** What the user asked for. */
  readonly option: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** ARN under which the definition is registered. */
  readonly registeredArn: string | undefined;
  readonly definition: TaskDefinition;
};

/**
 * The region of a task: what is said outright comes first, then what the AWS CLI would take, then what the definition was
 * written for, and us-east-1 when nothing says.
 * @throws {InvalidInputError} for an option that is no region's name
 */
export function chooseRegion({ option, env, registeredArn, definition }: RegionSources): string {
  if (option !== undefined && !REGION_NAME.test(option))
    throw new InvalidInputError("", `Cannot use --region "${option}": write it as in --region eu-west-1`);
  return (
    option ||
    env.AWS_REGION ||
    env.AWS_DEFAULT_REGION ||
    first([registeredArn ?? ""], ARN_REGION) ||
    regionOfDefinition(definition) ||
    DEFAULT_REGION
  );
}

/** The ARN in an answer of DescribeTaskDefinition, in each of its forms. */
export function registeredArnOf(document: unknown): string | undefined {
  const one: unknown = Array.isArray(document) ? document[0] : document;
  if (typeof one !== "object" || one === null) return undefined;
  if ("taskDefinition" in one) return registeredArnOf(one.taskDefinition);
  return "taskDefinitionArn" in one && typeof one.taskDefinitionArn === "string" ? one.taskDefinitionArn : undefined;
}

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
