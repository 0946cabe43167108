/**
 * Where logins for registries come from: the engine-wide setting first, then Docker's own configuration with its
 * helpers. A container's own login (`repositoryCredentials`) comes before both and is the engine's to pass.
 * Source: engine-modern 12.6, engine-behaviour 7.8, IT-8.
 */
import { homedir } from "node:os";
import { join } from "node:path";
import { EngineError } from "../../core/errors.ts";
import { findLogin, parseEngineAuth } from "../../core/images/engine-auth.ts";
import type { RegistryAuth } from "../../ports/docker-client.ts";
import { type Log, silentLog } from "../../ports/log.ts";
import { askCredentialHelper } from "./credential-helper.ts";
import { helperFor, readDockerConfig, serverOf, storedLogin } from "./docker-config.ts";

export type RegistryAuthOptions = {
  /** ECS_ENGINE_AUTH_TYPE and ECS_ENGINE_AUTH_DATA. */
  readonly engineAuth?: { readonly type: string; readonly data: string };
  /** Docker's configuration; without one it is not looked at. See {@link dockerConfigFile}. */
  readonly dockerConfigFile?: string;
  /** Environment of credential helpers. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly helperTimeoutMs?: number;
  readonly log?: Log;
};

export type FindRegistryAuth = (image: string) => Promise<RegistryAuth | undefined>;

const HELPER_TIMEOUT_MS = 15_000;

/** Where Docker's command looks for its configuration. */
export function dockerConfigFile(env: Readonly<Record<string, string | undefined>>): string {
  return join(env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker"), "config.json");
}

/**
 * A function from an image's name to the login for its registry, `undefined` for none. Docker's configuration is read
 * anew each time, so that a login made meanwhile counts.
 *
 * The function throws {EngineError} CannotPullContainerAuthError when a helper that was named for this very registry
 * fails; a helper for all registries that fails is only warned about, as public images need none.
 */
export function createRegistryAuth(options: RegistryAuthOptions): FindRegistryAuth {
  const { engineAuth, log = silentLog } = options;
  const { logins, warnings } = parseEngineAuth(engineAuth?.type ?? "", engineAuth?.data ?? "");
  for (const warning of warnings) log.warn("Cannot use registry credentials of the settings", { warning });
  return async (image) => findLogin(logins, image) ?? (await fromDockerConfig(image, options));
}

async function fromDockerConfig(image: string, options: RegistryAuthOptions): Promise<RegistryAuth | undefined> {
  const { dockerConfigFile: file, log = silentLog } = options;
  if (file === undefined) return undefined;
  const config = await readDockerConfig(file).catch((error: unknown) => {
    log.warn("Cannot use Docker's configuration for logins", { error: messageOf(error) });
    return undefined;
  });
  if (config === undefined) return undefined;
  const helper = helperFor(config, image);
  const login = helper === undefined ? undefined : await fromHelper(helper, image, options);
  return login ?? storedLogin(config, image);
}

async function fromHelper(
  helper: { readonly name: string; readonly isExplicit: boolean },
  image: string,
  { env = {}, helperTimeoutMs = HELPER_TIMEOUT_MS, log = silentLog }: RegistryAuthOptions,
): Promise<RegistryAuth | undefined> {
  try {
    return await askCredentialHelper(helper.name, serverOf(image), { env, timeoutMs: helperTimeoutMs });
  } catch (error) {
    if (helper.isExplicit) throw new EngineError("CannotPullContainerAuthError", messageOf(error), { cause: error });
    log.warn("Cannot use the credential helper: going on without", { error: messageOf(error) });
    return undefined;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
