/**
 * Which login an image's registry gets: ECR's own token for images in ECR, where that is switched on, and else what is
 * configured. A container's `repositoryCredentials` come before both and are asked for elsewhere.
 * Source: engine-modern 12.6.
 */
import { createRegistryAuth, type RegistryAuthOptions } from "../docker/registry-auth/index.ts";
import type { FindRegistryAuth } from "../images/index.ts";
import type { Clock } from "../ports/clock.ts";
import type { RegistryAuth } from "../ports/docker-client.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";
import { EcrLogins } from "./ecr/ecr-logins.ts";
import type { EcrOptions } from "./ecr/ecr-options.ts";

/** A function, or where the usual one looks: Docker's `config.json` with its helpers, data for the whole engine. */
export type ConfiguredLogins = ((image: string) => Promise<RegistryAuth | undefined>) | RegistryAuthOptions;

type Sources = {
  readonly ecr: EcrOptions | undefined;
  readonly configured: ConfiguredLogins | undefined;
  readonly executionRoleOf: (taskArn: string) => string | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** `undefined` when there is nowhere to ask. */
export function registryLogins(sources: Sources): FindRegistryAuth | undefined {
  const { ecr, executionRoleOf, log } = sources;
  const configured = asFunction(sources.configured, log);
  if (ecr === undefined) return configured;
  const logins = new EcrLogins(ecr, sources);
  return async (image, { taskArn, signal }) => {
    try {
      const token = await logins.find({ image, taskArn, signal, executionRoleArn: executionRoleOf(taskArn) });
      if (token !== undefined) return token;
    } catch (error) {
      signal.throwIfAborted();
      const other = await configured?.(image);
      if (other === undefined) throw error;
      log.warn("Cannot get a token of ECR: the configured login is used", { image, error: String(error) });
      return other;
    }
    return await configured?.(image);
  };
}

function asFunction(configured: ConfiguredLogins | undefined, log: Log) {
  if (configured === undefined || typeof configured === "function") return configured;
  return createRegistryAuth({ log, ...configured });
}
