/** A local folder in the place of S3. Source: engine-modern 20.4, 20.5, SEC-8. */
import { readFile, stat } from "node:fs/promises";
import { join, relative, resolve, sep } from "node:path";
import { parseS3ObjectArn } from "../../core/environment-files/s3-arn.ts";
import { InvalidInputError } from "../../core/errors.ts";
import { decodeText } from "../../core/text-encoding.ts";

/** A file of variables larger than this is something else. */
const MAX_BYTES = 1024 * 1024;
const READ_LIMIT_MS = 30_000;
/** A key may have parts that are longer than any file's name. */
const ABSENCE_CODES: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ENAMETOOLONG"]);

/**
 * Where the object lies: FOLDER/BUCKET/KEY, or FOLDER/KEY; the first that exists. `undefined` when neither does.
 * @param path where the ARN stands, for the message
 * @throws {InvalidInputError} when it is no object's ARN, or would lead out of the folder
 * @throws {Error} when a place cannot be looked at
 */
export async function findEnvironmentFile(folder: string, arn: string, path: string): Promise<string | undefined> {
  for (const candidate of candidatesFor(folder, arn, path)) if (await isFile(candidate)) return candidate;
  return undefined;
}

/** Both places where the object may lie. @throws {InvalidInputError} as {@link findEnvironmentFile} */
export function candidatesFor(folder: string, arn: string, path: string): readonly string[] {
  const { bucket, key } = parseS3ObjectArn(arn, path);
  const candidates = [join(folder, bucket, key), join(folder, key)];
  if (candidates.every((candidate) => isInside(folder, candidate))) return candidates;
  throw new InvalidInputError(path, `Cannot use environment file: ${arn} leads out of ${folder}`);
}

/** @throws {Error} when it is too large or cannot be read in time; the message quotes nothing of it */
export async function readEnvironmentFile(file: string, signal: AbortSignal): Promise<string> {
  const { size } = await stat(file);
  if (size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
  const bytes = await readFile(file, { signal: AbortSignal.any([signal, AbortSignal.timeout(READ_LIMIT_MS)]) });
  return decodeText(bytes, file);
}

function isInside(folder: string, file: string): boolean {
  const path = relative(resolve(folder), resolve(file));
  return path !== "" && path !== ".." && !path.startsWith(`..${sep}`);
}

/** @throws {Error} when nobody can tell: what cannot be looked at is not taken for absent, and S3 not asked in its place */
async function isFile(file: string): Promise<boolean> {
  try {
    return (await stat(file)).isFile();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    const code = String(error.code);
    if (ABSENCE_CODES.has(code)) return false;
    throw new Error(`${file} cannot be looked at (${code})`);
  }
}
