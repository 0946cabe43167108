/**
 * The grammar of `valueFrom`: an SSM parameter by name or ARN, or a Secrets Manager secret by ARN, optionally followed
 * by `:json-key:version-stage:version-id` (empty parts allowed).
 * Source: engine-modern 20.1.
 */
import { InvalidInputError } from "../errors.ts";

type ParameterLocation = {
  readonly service: "ssm";
  /** Of an ARN; a plain name is looked for in the default region. */
  readonly region?: string;
  /** As SSM takes it: `/prod/db/password` or `db-password`. */
  readonly name: string;
  readonly arn?: string;
};

export type SecretLocation = {
  readonly service: "secretsmanager";
  readonly region: string;
  /** Without the selectors. */
  readonly arn: string;
  /** Last part of the ARN, with the random suffix where it has one: `prod/db-AbCdEf`. */
  readonly name: string;
  readonly jsonKey?: string;
  readonly versionStage?: string;
  readonly versionId?: string;
};

export type ValueLocation = ParameterLocation | SecretLocation;

const PARAMETER_NAME = /^[A-Za-z0-9_.:/-]+$/;
// Six letters or digits. All lower-case letters are taken for a word ("db-reader"), or one secret would be served for another.
const SUFFIX = /-(?=[A-Za-z0-9]*[A-Z0-9])[A-Za-z0-9]{6}$/;

/**
 * @param path where the text stands, for the message
 * @throws {InvalidInputError} when the text is neither form
 */
export function parseValueFrom(valueFrom: string, path = "valueFrom"): ValueLocation {
  if (!valueFrom.startsWith("arn:")) return { service: "ssm", name: parameterName(valueFrom, path) };
  const [, , service, region = "", , ...resource] = valueFrom.split(":");
  if (service === "ssm" && region !== "") return parameterOf(valueFrom, region, resource.join(":"), path);
  if (service === "secretsmanager" && region !== "") return secretOf(valueFrom, region, resource, path);
  throw new InvalidInputError(path, `Cannot read valueFrom: ${valueFrom} is no ARN of SSM or Secrets Manager`);
}

/** The secret's name without the hyphen and six characters that Secrets Manager adds to ARNs; `undefined` if there are none. */
export function nameWithoutSuffix(name: string): string | undefined {
  return SUFFIX.test(name) ? name.replace(SUFFIX, "") : undefined;
}

/** What users call the thing, for messages: the parameter's name, or the secret's ARN with its JSON key. */
export function describeLocation(location: ValueLocation): string {
  if (location.service === "ssm") return `parameter ${location.name}`;
  const key = location.jsonKey === undefined ? "" : `, JSON key ${location.jsonKey}`;
  return `secret ${location.name}${key}`;
}

function parameterName(name: string, path: string): string {
  if (!PARAMETER_NAME.test(name)) {
    throw new InvalidInputError(path, `Cannot read valueFrom: ${JSON.stringify(name)} is no parameter name`);
  }
  return name;
}

/** `parameter/a/b` is the parameter `/a/b`, but `parameter/a` is the parameter `a`. */
function parameterOf(arn: string, region: string, resource: string, path: string): ParameterLocation {
  if (!resource.startsWith("parameter/") || resource === "parameter/") {
    throw new InvalidInputError(path, `Cannot read valueFrom: ${arn} names no parameter`);
  }
  const rest = resource.slice("parameter/".length);
  const name = parameterName(rest.includes("/") ? `/${rest}` : rest, path);
  return { service: "ssm", region, name, arn };
}

function secretOf(valueFrom: string, region: string, resource: readonly string[], path: string): SecretLocation {
  const [kind, name = "", jsonKey = "", versionStage = "", versionId = "", ...more] = resource;
  if (kind !== "secret" || name === "" || more.length > 0) {
    throw new InvalidInputError(path, `Cannot read valueFrom: ${valueFrom} names no secret`);
  }
  return {
    service: "secretsmanager",
    region,
    arn: valueFrom.split(":").slice(0, 7).join(":"),
    name,
    ...(jsonKey === "" ? {} : { jsonKey }),
    ...(versionStage === "" ? {} : { versionStage }),
    ...(versionId === "" ? {} : { versionId }),
  };
}
