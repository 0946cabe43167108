/** Settings of the image clean-up as an engine takes them: each part has the agent's default, or ours where it has none. */
import { DEFAULT_DISK_MARKS, type DiskMarks } from "../core/images/disk-pressure.ts";
import { ENGINE_ID_LABEL } from "../core/labels.ts";
import {
  DEFAULT_CLEANUP_OPTIONS,
  DEFAULT_UNTRACKED_AGES,
  type DiskPressureOptions,
  type ImageCleanupOptions,
  type UntrackedOptions,
} from "../images/index.ts";
import type { DockerClient } from "../ports/docker-client.ts";
import type { Log } from "../ports/log.ts";
import { PAUSE_IMAGE } from "../resources/pause-image.ts";
import { dockerDisk } from "./docker-disk.ts";

export type ImageCleanupSettings = Partial<Omit<ImageCleanupOptions, "diskPressure" | "untracked">> & {
  /**
   * Marks of the disk pressure, 0.85 and 0.8 unless set, and how full the disk is: that of Docker's data, as far as it can
   * be seen, unless set. `false` goes by age and number alone.
   */
  readonly diskPressure?: Partial<DiskPressureOptions> | false;
  /** `true` takes the agent's ages. Containers of any engine of ours are left alone unless `isOurs` says otherwise. */
  readonly untracked?: Partial<UntrackedOptions> | boolean;
};

type Ports = { readonly client: DockerClient; readonly log: Log };

export function imageCleanupOptions(settings: ImageCleanupSettings = {}, ports: Ports): ImageCleanupOptions {
  const { diskPressure = {}, untracked = false, excluded = [], ...rest } = settings;
  return {
    ...DEFAULT_CLEANUP_OPTIONS,
    ...rest,
    excluded: [...excluded, PAUSE_IMAGE],
    ...(diskPressure === false ? {} : { diskPressure: pressureOf(diskPressure, ports) }),
    ...(untracked === false ? {} : { untracked: untrackedOf(untracked === true ? {} : untracked) }),
  };
}

function pressureOf(settings: Partial<DiskPressureOptions>, ports: Ports): DiskPressureOptions {
  const marks: DiskMarks = { ...DEFAULT_DISK_MARKS, ...settings };
  return { high: marks.high, low: marks.low, usedPart: settings.usedPart ?? dockerDisk(ports) };
}

function untrackedOf(settings: Partial<UntrackedOptions>): UntrackedOptions {
  return { ...DEFAULT_UNTRACKED_AGES, isOurs: ({ labels }) => ENGINE_ID_LABEL in labels, ...settings };
}
