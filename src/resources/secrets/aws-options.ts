/** How AWS is reached. */

export type AwsOptions = {
  /** For parameters and secrets that are named without an ARN. */
  readonly region?: string;
  /**
   * Of the process: `AWS_ENDPOINT_URL_SSM`, `AWS_ENDPOINT_URL_SECRETS_MANAGER`, `AWS_ENDPOINT_URL_S3`,
   * `AWS_ENDPOINT_URL_ECR`, `AWS_ENDPOINT_URL`.
   */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Without them the SDK looks where it always does. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
};

type AwsService = "SSM" | "SECRETS_MANAGER" | "S3" | "ECR";

/** Settings of one client. */
export function clientSettings(options: AwsOptions, service: AwsService, region: string) {
  const endpoint = options.env?.[`AWS_ENDPOINT_URL_${service}`] || options.env?.AWS_ENDPOINT_URL;
  return {
    region,
    ...(endpoint === undefined || endpoint === "" ? {} : { endpoint }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  };
}

/** The region of a secret, or else the configured one; empty when neither is known. */
export function regionOf(location: { readonly region?: string }, options: AwsOptions): string {
  return location.region || options.region || options.env?.AWS_REGION || options.env?.AWS_DEFAULT_REGION || "";
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}

export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}
