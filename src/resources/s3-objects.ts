/**
 * Small text files in S3: environment files and configurations of log routers. The client is loaded when the first one is
 * asked for. Source: engine-modern 20.4, 20.5.
 */
import { parseS3ObjectArn } from "../core/environment-files/s3-arn.ts";
import { type AwsOptions, clientSettings, messageOf, regionOf } from "./secrets/aws-options.ts";

/** Rejects with a message that quotes nothing of the object. */
export type ReadObject = (arn: string, signal: AbortSignal) => Promise<string>;

/** Larger ones are something else. */
const MAX_BYTES = 1024 * 1024;
const READ_LIMIT_MS = 30_000;

/** Objects of any bucket that the credentials allow. A configured endpoint is asked with the bucket in the path. */
export function s3Objects(options: AwsOptions = {}): ReadObject {
  return async (arn, signal) => {
    const { bucket, key } = parseS3ObjectArn(arn);
    const region = regionOf({}, options);
    if (region === "") throw new Error("fetching from S3: no region is configured");
    try {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(READ_LIMIT_MS)]);
      return await getObject(options, region, { Bucket: bucket, Key: key }, limited);
    } catch (error) {
      signal.throwIfAborted();
      throw new Error(`fetching from S3: ${messageOf(error)}`, { cause: error });
    }
  };
}

async function getObject(
  options: AwsOptions,
  region: string,
  object: { readonly Bucket: string; readonly Key: string },
  signal: AbortSignal,
): Promise<string> {
  const { GetObjectCommand, S3Client } = await import("@aws-sdk/client-s3");
  const settings = clientSettings(options, "S3", region);
  const client = new S3Client({ ...settings, forcePathStyle: "endpoint" in settings, followRegionRedirects: true });
  try {
    const { Body, ContentLength = 0 } = await client.send(new GetObjectCommand(object), { abortSignal: signal });
    if (ContentLength > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    return (await Body?.transformToString("utf8")) ?? "";
  } finally {
    client.destroy();
  }
}
