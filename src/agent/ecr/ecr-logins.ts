/**
 * Logins for images in ECR: a token for each registry and role, kept until it is about to expire. In memory only.
 * Source: engine-modern 12.6; engine-behaviour 7.2, 7.8, DC-5, DC-6, DC-9, DC-74 to DC-76.
 *
 * INVARIANTS
 * - One call at a time for one registry, region and role; who needs the token meanwhile shares its answer.
 * - At most 100 tokens are kept, none longer than 12 hours.
 */
import { createHash } from "node:crypto";
import {
  type EcrLogin,
  type EcrRegistry,
  ecrLogin,
  ecrRenewalAt,
  parseEcrHost,
  tokenError,
} from "../../core/images/ecr.ts";
import { registryHost } from "../../core/images/engine-auth.ts";
import { SharedFlights } from "../../images/shared-flights.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Random } from "../../ports/random.ts";
import { type AwsOptions, regionOf } from "../../resources/secrets/aws-options.ts";
import type { EcrOptions } from "./ecr-options.ts";
import { getAuthorization } from "./get-authorization.ts";

export type EcrUse = {
  readonly image: string;
  readonly taskArn: string;
  readonly executionRoleArn?: string | undefined;
  readonly signal: AbortSignal;
};

type Ports = { readonly clock: Clock; readonly random: Random };
type RoleLogin = {
  readonly executionRoleArn: string;
  readonly credentials: NonNullable<AwsOptions["credentials"]>;
};
type Token = { readonly login: EcrLogin; readonly usableUntil: number };

const MAX_TOKENS = 100;
const MAX_TOKEN_AGE_MS = 12 * 3_600_000;

export class EcrLogins {
  readonly #options: EcrOptions;
  readonly #ports: Ports;
  /** Least recently used first. */
  readonly #tokens = new Map<string, Token>();
  readonly #flights = new SharedFlights<EcrLogin, never>(() => "");

  constructor(options: EcrOptions, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
  }

  /**
   * `undefined` for images that are not in ECR.
   * @throws {EngineError} CannotPullECRContainerError; `signal.reason` when the signal fires
   */
  async find(use: EcrUse): Promise<EcrLogin | undefined> {
    const registry = this.#registryOf(use.image);
    if (registry === undefined) return undefined;
    const role = this.#roleOf(use);
    const options = role === undefined ? this.#options : { ...this.#options, credentials: role.credentials };
    const key = keyOf(registry, role);
    const fetch = (signal: AbortSignal) => this.#fetch(key, registry, options, use.image, signal);
    return this.#cached(key) ?? (await this.#flights.join(key, use, fetch));
  }

  #registryOf(image: string): EcrRegistry | undefined {
    const host = registryHost(image);
    const standIn = this.#options.registries?.[host];
    if (standIn === undefined) return parseEcrHost(host);
    return { registryId: standIn.registryId, region: regionOf(standIn, this.#options), fips: false, dualStack: false };
  }

  /** The execution role of the task, if it has one and its credentials are to be used. Source: DM-47. */
  #roleOf({ taskArn, executionRoleArn }: EcrUse): RoleLogin | undefined {
    const { executionCredentials } = this.#options;
    if (executionRoleArn === undefined || executionCredentials === undefined) return undefined;
    const known = executionCredentials(taskArn, executionRoleArn);
    if (known === undefined) throw tokenError(`nobody knows the credentials of the execution role ${executionRoleArn}`);
    const { accessKeyId, secretAccessKey, sessionToken } = known;
    return { executionRoleArn, credentials: { accessKeyId, secretAccessKey, sessionToken } };
  }

  #cached(key: string): EcrLogin | undefined {
    const token = this.#tokens.get(key);
    if (token === undefined) return undefined;
    this.#tokens.delete(key);
    if (this.#ports.clock.now() >= token.usableUntil) return undefined;
    this.#tokens.set(key, token);
    return token.login;
  }

  async #fetch(
    key: string,
    registry: EcrRegistry,
    options: AwsOptions,
    image: string,
    signal: AbortSignal,
  ): Promise<EcrLogin> {
    if (registry.region === "") throw tokenError(`registry ${registry.registryId}: no region is configured`);
    const authorization = await getAuthorization(options, registry, signal);
    const login = ecrLogin(authorization, image);
    if (authorization.expiresAt !== undefined) {
      const oldestAt = this.#ports.clock.now() + MAX_TOKEN_AGE_MS;
      const usableUntil = Math.min(ecrRenewalAt(authorization.expiresAt, this.#ports.random.next()), oldestAt);
      this.#keep(key, { login, usableUntil });
    }
    return login;
  }

  #keep(key: string, token: Token): void {
    this.#tokens.set(key, token);
    const [oldest] = this.#tokens.keys();
    if (this.#tokens.size > MAX_TOKENS && oldest !== undefined) this.#tokens.delete(oldest);
  }
}

/** A task's role counts only where its own credentials are used; they go in as a hash, so that no key spells a secret. */
function keyOf({ registryId, region, fips, dualStack }: EcrRegistry, role: RoleLogin | undefined): string {
  const who = role === undefined ? "" : createHash("sha256").update(JSON.stringify(role)).digest("hex");
  return [registryId, region, fips, dualStack, who].join(" ");
}
