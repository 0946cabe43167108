/** ECR's GetAuthorizationToken. The client is loaded when the first image of ECR is asked for. */
import { asEpochMs } from "../../core/brand.ts";
import { type EcrAuthorization, type EcrRegistry, tokenError } from "../../core/images/ecr.ts";
import { type AwsOptions, clientSettings, messageOf } from "../../resources/secrets/aws-options.ts";

/** One round trip. Source: engine-behaviour appendix (ECR round trip). */
const ROUND_TRIP_LIMIT_MS = 5_000;
/** All tries of the SDK, with the search for credentials. */
const LIMIT_MS = 30_000;

/** @throws {EngineError} CannotPullECRContainerError; `signal.reason` when the signal fires */
export async function getAuthorization(
  options: AwsOptions,
  registry: EcrRegistry,
  signal: AbortSignal,
): Promise<EcrAuthorization> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]);
  try {
    return await ask(options, registry, limited);
  } catch (error) {
    signal.throwIfAborted();
    throw tokenError(`registry ${registry.registryId} in ${registry.region}: ${messageOf(error)}`, error);
  }
}

async function ask(options: AwsOptions, registry: EcrRegistry, signal: AbortSignal): Promise<EcrAuthorization> {
  const { ECRClient, GetAuthorizationTokenCommand } = await import("@aws-sdk/client-ecr");
  const settings = clientSettings(options, "ECR", registry.region);
  // A configured endpoint is asked as it is: the SDK refuses to make another one out of it.
  const variants =
    "endpoint" in settings ? {} : { useFipsEndpoint: registry.fips, useDualstackEndpoint: registry.dualStack };
  const requestHandler = { requestTimeout: ROUND_TRIP_LIMIT_MS, connectionTimeout: ROUND_TRIP_LIMIT_MS };
  const client = new ECRClient({ ...settings, ...variants, requestHandler });
  try {
    const command = new GetAuthorizationTokenCommand({ registryIds: [registry.registryId] });
    const { authorizationData = [] } = await client.send(command, { abortSignal: signal });
    const [first] = authorizationData;
    if (first === undefined || authorizationData.length > 1) {
      throw new Error(`the answer has ${authorizationData.length} tokens instead of one`);
    }
    const { authorizationToken, proxyEndpoint, expiresAt } = first;
    return {
      authorizationToken,
      proxyEndpoint,
      ...(expiresAt === undefined ? {} : { expiresAt: asEpochMs(expiresAt.getTime()) }),
    };
  } finally {
    client.destroy();
  }
}
