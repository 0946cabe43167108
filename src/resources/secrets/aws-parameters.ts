/** SSM parameters: ten a call, decrypted, regions side by side. Source: engine-modern 20.3, SEC-4. */
import type { LimitFunction } from "p-limit";
import { groupBy } from "../../core/secrets/group-by.ts";
import type { SecretRequest } from "../../core/secrets/requests.ts";
import type { SecretAnswer } from "../../core/secrets/select.ts";
import { type AwsOptions, clientSettings, messageOf, regionOf } from "./aws-options.ts";

const NAMES_PER_CALL = 10;

type Batch = { readonly region: string; readonly names: readonly string[] };

export async function fetchParameters(
  requests: readonly SecretRequest[],
  options: AwsOptions,
  limit: LimitFunction,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SecretAnswer>> {
  const answers = new Map<string, SecretAnswer>();
  const batches = batchesOf(requests, options);
  const results = await Promise.all(batches.map((batch) => limit(() => fetchBatch(batch, options, signal))));
  for (const request of requests) {
    const key = parameterKey(request, options);
    const answer = results.find((result) => result.has(key))?.get(key);
    if (answer !== undefined) answers.set(request.path, answer);
  }
  return answers;
}

function batchesOf(requests: readonly SecretRequest[], options: AwsOptions): readonly Batch[] {
  const regions = groupBy(requests, (request) => regionOf(request.location, options));
  return [...regions].flatMap(([region, ofRegion]) => {
    const names = [...new Set(ofRegion.map(({ location }) => location.name))];
    const count = Math.ceil(names.length / NAMES_PER_CALL);
    return Array.from({ length: count }, (_, index) => ({
      region,
      names: names.slice(index * NAMES_PER_CALL, (index + 1) * NAMES_PER_CALL),
    }));
  });
}

async function fetchBatch(
  { region, names }: Batch,
  options: AwsOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SecretAnswer>> {
  const all = (answer: SecretAnswer) => new Map(names.map((name) => [keyOf(region, name), answer]));
  const prefix = `fetching secret data from SSM Parameter Store in ${region}`;
  if (region === "") return all({ problem: "fetching secret data from SSM Parameter Store: no region is configured" });
  try {
    const values = await getParameters(region, names, options, signal);
    const invalid = names.filter((name) => !values.has(name));
    const missing: SecretAnswer = { problem: `${prefix}: invalid parameters: ${invalid.join(", ")}` };
    return new Map(names.map((name) => [keyOf(region, name), answerOf(values.get(name)) ?? missing]));
  } catch (error) {
    signal.throwIfAborted();
    return all({ problem: `${prefix}: ${messageOf(error)}` });
  }
}

async function getParameters(
  region: string,
  names: readonly string[],
  options: AwsOptions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const { GetParametersCommand, SSMClient } = await import("@aws-sdk/client-ssm");
  const client = new SSMClient(clientSettings(options, "SSM", region));
  try {
    const command = new GetParametersCommand({ Names: [...names], WithDecryption: true });
    const { Parameters = [] } = await client.send(command, { abortSignal: signal });
    const found = Parameters.map((each) => [`${each.Name ?? ""}${each.Selector ?? ""}`, each.Value ?? ""] as const);
    return new Map(found);
  } finally {
    client.destroy();
  }
}

function answerOf(value: string | undefined): SecretAnswer | undefined {
  return value === undefined ? undefined : { value };
}

function parameterKey({ location }: SecretRequest, options: AwsOptions): string {
  return keyOf(regionOf(location, options), location.name);
}

function keyOf(region: string, name: string): string {
  return `${region} ${name}`;
}
