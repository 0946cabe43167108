/**
 * Registries of ECR: which one an image lies in, and what their tokens say.
 * Source: engine-modern 12.6; engine-behaviour 7.8 (per-container ECR), DC-5, DC-74, DC-75, W-33.
 */
import type { EpochMs } from "../brand.ts";
import { EngineError } from "../errors.ts";
import { registryHost } from "./engine-auth.ts";

/** A private registry of ECR. */
export type EcrRegistry = {
  /** The account that it belongs to. */
  readonly registryId: string;
  readonly region: string;
  /** Are endpoints to be asked that meet FIPS 140? */
  readonly fips: boolean;
  /** Are endpoints to be asked that have IPv6 addresses as well? */
  readonly dualStack: boolean;
};

/** What GetAuthorizationToken answers for one registry. */
export type EcrAuthorization = {
  readonly authorizationToken?: string | undefined;
  readonly proxyEndpoint?: string | undefined;
  readonly expiresAt?: EpochMs | undefined;
};

export type EcrLogin = { readonly username: string; readonly password: string; readonly serverAddress: string };

/** `ACCOUNT.dkr.ecr.REGION.DOMAIN`, and `ACCOUNT.dkr-ecr.REGION.on.aws` for both kinds of addresses. */
const HOST =
  /^(?<account>\d{12})\.dkr(?<dash>[.-])ecr(?<fips>-fips)?\.(?<region>[a-z0-9][a-z0-9-]*)\.(?<domain>[a-z0-9.-]+)$/;
const DOMAINS: ReadonlySet<string> = new Set([
  "amazonaws.com",
  "amazonaws.com.cn",
  "amazonaws.eu",
  "on.aws",
  "on.amazonwebservices.com.cn",
  "c2s.ic.gov",
  "sc2s.sgov.gov",
  "cloud.adc-e.uk",
  "csp.hci.ic.gov",
]);
const MAX_TOKEN_CHARACTERS = 65_536;

/** The registry of this host; `undefined` when it is none of ECR's. */
export function parseEcrHost(host: string): EcrRegistry | undefined {
  const { account, dash, fips, region, domain } = HOST.exec(host.toLowerCase())?.groups ?? {};
  if (account === undefined || region === undefined || domain === undefined || !DOMAINS.has(domain)) return undefined;
  return { registryId: account, region, fips: fips !== undefined, dualStack: dash === "-" };
}

/**
 * The login that a token stands for.
 * @throws {EngineError} CannotPullECRContainerError when something of it is missing or wrong; the token is never quoted
 */
export function ecrLogin({ authorizationToken, proxyEndpoint }: EcrAuthorization, image: string): EcrLogin {
  if (proxyEndpoint === undefined || authorizationToken === undefined) {
    throw tokenError("the answer lacks the token or its endpoint");
  }
  if (!servesImage(proxyEndpoint, image)) {
    throw tokenError(`the token is for ${proxyEndpoint}, which does not serve ${image}`);
  }
  const text = decodeBase64(authorizationToken);
  const colon = text?.indexOf(":") ?? -1;
  if (text === undefined || colon <= 0) throw tokenError("the token is not base64 of user:password");
  return { username: text.slice(0, colon), password: text.slice(colon + 1), serverAddress: proxyEndpoint };
}

/** When to ask for a new token: 30 to 60 minutes early, by chance. @param chance uniform in [0, 1) */
export function ecrRenewalAt(expiresAt: EpochMs, chance: number): number {
  return expiresAt - 30 * 60_000 * (1 + chance);
}

export function tokenError(problem: string, cause?: unknown): EngineError {
  const options = cause === undefined ? {} : { cause };
  return new EngineError("CannotPullECRContainerError", `Cannot log in to ECR: ${problem}`, options);
}

/** Of the same host; one registry has several, and a token for one of them serves the others. */
function servesImage(proxyEndpoint: string, image: string): boolean {
  const served = proxyEndpoint.replace(/^https?:\/\//, "").split("/", 1)[0] ?? "";
  const wanted = registryHost(image);
  if (served === wanted) return true;
  const [a, b] = [parseEcrHost(served), parseEcrHost(wanted)];
  return a !== undefined && b !== undefined && a.registryId === b.registryId && a.region === b.region;
}

function decodeBase64(encoded: string): string | undefined {
  if (encoded.length > MAX_TOKEN_CHARACTERS || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0));
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return undefined; // characters or padding too few or too many, or bytes that are no text
  }
}
