import type { VolumeInspection } from "../../ports/docker-client.ts";
import type { WireVolume, WireVolumeList } from "../wire.ts";
import { VOLUME_SHAPE } from "../wire-shapes.ts";
import { listIn, membersIn, objectIn, required } from "./body.ts";

/** @throws {DockerCallError} malformed */
export function parseVolume(body: unknown): VolumeInspection {
  const wire: WireVolume = membersIn(body, "the volume", VOLUME_SHAPE);
  return {
    name: required(wire.Name, "Name"),
    driver: wire.Driver ?? "",
    mountpoint: wire.Mountpoint ?? "",
    labels: wire.Labels ?? {},
    options: wire.Options ?? {},
  };
}

/** @throws {DockerCallError} malformed */
export function parseVolumes(body: unknown): readonly VolumeInspection[] {
  const wire: WireVolumeList = objectIn(body, "the list of volumes");
  return listIn(wire.Volumes ?? [], "the list of volumes").map(parseVolume);
}
