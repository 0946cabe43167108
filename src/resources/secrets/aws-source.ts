/**
 * Secrets from AWS itself, through its SDK. The clients are loaded when the first secret of their kind is asked for.
 * Source: engine-modern 20.3, SEC-4.
 */
import pLimit from "p-limit";
import type { SecretRequest } from "../../core/secrets/requests.ts";
import type { SecretAnswer } from "../../core/secrets/select.ts";
import type { AwsOptions } from "./aws-options.ts";
import { fetchParameters } from "./aws-parameters.ts";
import { fetchSecrets } from "./aws-secrets.ts";
import type { SecretSource } from "./secret-source.ts";

const MAX_PARALLEL_CALLS = 8;

/** Secrets from SSM and Secrets Manager; their SDK is loaded when it is asked first. */
export function awsSource(options: AwsOptions = {}): SecretSource {
  return {
    label: "AWS",
    resolve: async (requests, signal) => {
      const limit = pLimit(MAX_PARALLEL_CALLS);
      const parts = await Promise.all([
        fetchParameters(requests.filter(isParameter), options, limit, signal),
        fetchSecrets(
          requests.filter((request) => !isParameter(request)),
          options,
          limit,
          signal,
        ),
      ]);
      signal.throwIfAborted();
      return new Map<string, SecretAnswer>(parts.flatMap((part) => [...part]));
    },
  };
}

function isParameter({ location }: SecretRequest): boolean {
  return location.service === "ssm";
}
