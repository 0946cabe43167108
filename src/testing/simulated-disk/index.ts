/** A disk in memory that fails, fills, takes its time, and loses what was not synced. */
export {
  type DiskFaults,
  type DiskOperation,
  SimulatedDisk,
  type SimulatedDiskOptions,
} from "./simulated-disk.ts";
