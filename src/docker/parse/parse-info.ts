import type { DaemonInfo } from "../../ports/docker-client.ts";
import type { WireInfo } from "../wire.ts";
import { INFO_SHAPE } from "../wire-shapes.ts";
import { membersIn } from "./body.ts";

const BYTES_PER_MIB = 1024 * 1024;

/** @throws {DockerCallError} malformed */
export function parseInfo(body: unknown): DaemonInfo {
  const wire: WireInfo = membersIn(body, "the info", INFO_SHAPE);
  return {
    id: wire.ID ?? "",
    name: wire.Name ?? "",
    cpus: wire.NCPU ?? 0,
    memoryMiB: Math.floor((wire.MemTotal ?? 0) / BYTES_PER_MIB),
    cgroupDriver: wire.CgroupDriver ?? "",
    cgroupVersion: wire.CgroupVersion === "2" ? "2" : "1",
    logDrivers: wire.Plugins?.Log ?? [],
    liveRestore: wire.LiveRestoreEnabled ?? false,
    dockerRootDir: wire.DockerRootDir ?? "",
    securityOptions: wire.SecurityOptions ?? [],
  };
}
