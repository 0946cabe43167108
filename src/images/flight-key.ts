/** What makes two requests the same: image, platform and login. */
import { createHash } from "node:crypto";
import { normaliseReference } from "../core/images/reference.ts";
import type { RegistryAuth } from "../ports/docker-client.ts";
import type { PullRequest } from "./types.ts";

/** The login goes in as a hash, so that no key of a map spells a password. */
export function flightKey(
  request: Pick<PullRequest, "image" | "platform" | "auth" | "digest">,
  auth: RegistryAuth | undefined = request.auth,
): string {
  const login = auth === undefined ? "" : createHash("sha256").update(JSON.stringify(auth)).digest("hex");
  const name = normaliseReference(request.image) ?? request.image;
  return [name, request.digest ?? "", request.platform ?? "", login].join(" ");
}
