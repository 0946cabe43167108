import { assert } from "../core/assert.ts";

/**
 * A name as one part of a path. Docker takes image names with their slashes. An empty name would silently address the
 * collection instead.
 */
export function pathPart(name: string): string {
  assert(name !== "", "a name in a path of the Docker API is empty");
  return name.split("/").map(encodeURIComponent).join("/");
}
