/** Where an environment file lies: the ARN of an S3 object. Source: engine-modern 20.1, 20.4. */
import { InvalidInputError } from "../errors.ts";

export type S3Location = { readonly bucket: string; readonly key: string };

const OBJECT_ARN = /^arn:aws[a-z-]*:s3:::([^/]+)\/(.+)$/;

/**
 * @param path where the text stands, for the message
 * @throws {InvalidInputError} when it is no object's ARN, or could lead out of the folder that stands for S3. Source: SEC-8.
 */
export function parseS3ObjectArn(arn: string, path = "value"): S3Location {
  const [, bucket, key] = OBJECT_ARN.exec(arn) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new InvalidInputError(path, `Cannot find environment file: ${arn} is no ARN of an S3 object`);
  }
  if (leadsOut(bucket) || leadsOut(key)) {
    throw new InvalidInputError(
      path,
      `Cannot use environment file: ${arn} has a path segment that leads out of its folder`,
    );
  }
  return { bucket, key };
}

/** Backslashes and NUL are no separators to S3 but may be to a file system. */
function leadsOut(part: string): boolean {
  return part.includes("\0") || part.split(/[/\\]/).some((segment) => segment === ".." || segment === ".");
}
