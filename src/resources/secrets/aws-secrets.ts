/** Secrets Manager: one call for each distinct secret and version. Source: engine-modern 20.3. */
import type { LimitFunction } from "p-limit";
import type { SecretRequest } from "../../core/secrets/requests.ts";
import { type SecretAnswer, selectMember } from "../../core/secrets/select.ts";
import type { SecretLocation } from "../../core/secrets/value-from.ts";
import { type AwsOptions, clientSettings, messageOf, nameOf, regionOf } from "./aws-options.ts";

export async function fetchSecrets(
  requests: readonly SecretRequest[],
  options: AwsOptions,
  limit: LimitFunction,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SecretAnswer>> {
  const documents = new Map<string, Promise<SecretAnswer>>();
  const answers = await Promise.all(
    requests.map(async ({ path, location }) => {
      if (location.service !== "secretsmanager") return [];
      const key = documentKey(location);
      const document = documents.get(key) ?? limit(() => fetchDocument(location, options, signal));
      documents.set(key, document);
      return [[path, memberOf(await document, location)] as const];
    }),
  );
  return new Map(answers.flat());
}

function memberOf(document: SecretAnswer, location: SecretLocation): SecretAnswer {
  if ("problem" in document) return document;
  const answer = selectMember(document.value, location.jsonKey);
  return "problem" in answer ? { problem: `${answer.problem}: ${location.arn}` } : answer;
}

async function fetchDocument(
  location: SecretLocation,
  options: AwsOptions,
  signal: AbortSignal,
): Promise<SecretAnswer> {
  const region = regionOf(location, options);
  if (region === "") return { problem: "fetching secret data from AWS Secrets Manager: no region is configured" };
  try {
    const value = await getSecretValue(location, region, options, signal);
    return value === undefined ? { problem: `${prefix(region)}: secret ${location.arn} holds no text` } : { value };
  } catch (error) {
    signal.throwIfAborted();
    return { problem: `${prefix(region)}: ${explain(error, location)}` };
  }
}

async function getSecretValue(
  { arn, versionStage, versionId }: SecretLocation,
  region: string,
  options: AwsOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import("@aws-sdk/client-secrets-manager");
  const client = new SecretsManagerClient(clientSettings(options, "SECRETS_MANAGER", region));
  try {
    const command = new GetSecretValueCommand({
      SecretId: arn,
      ...(versionStage === undefined ? {} : { VersionStage: versionStage }),
      ...(versionId === undefined ? {} : { VersionId: versionId }),
    });
    const { SecretString } = await client.send(command, { abortSignal: signal });
    return SecretString;
  } finally {
    client.destroy();
  }
}

function explain(error: unknown, { arn }: SecretLocation): string {
  if (nameOf(error) !== "ResourceNotFoundException") return `secret ${arn}: ${messageOf(error)}`;
  return `The task can't retrieve the secret with ARN '${arn}'. Check whether the secret exists in that region. ${messageOf(error)}`;
}

function prefix(region: string): string {
  return `fetching secret data from AWS Secrets Manager in region ${region}`;
}

function documentKey({ arn, versionStage, versionId }: SecretLocation): string {
  return [arn, versionStage ?? "", versionId ?? ""].join(" ");
}
