import type { DaemonOffer } from "../api/negotiator.ts";
import type { WireVersion } from "../wire.ts";
import { VERSION_SHAPE } from "../wire-shapes.ts";
import { membersIn, required } from "./body.ts";

/** @throws {DockerCallError} malformed */
export function parseVersion(body: unknown, stamp: string | undefined): DaemonOffer {
  const wire: WireVersion = membersIn(body, "the version", VERSION_SHAPE);
  const newestApi = required(wire.ApiVersion, "ApiVersion");
  return {
    version: wire.Version ?? "",
    newestApi,
    // Daemons too old to name a minimum speak everything below.
    oldestApi: wire.MinAPIVersion ?? "1.0",
    os: wire.Os ?? "",
    arch: wire.Arch ?? "",
    stamp,
  };
}
