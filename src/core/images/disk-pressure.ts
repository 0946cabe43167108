/** When a full disk makes the image clean-up go on beyond its usual number. Source: ours; the agent has no such thing. */

export type DiskMarks = {
  /** Part of the disk, 0 to 1, from which a cycle goes on beyond its usual number … */
  readonly high: number;
  /** … until less than this is used, or nothing more may go. */
  readonly low: number;
};

/** A look at the disk, and the marks that it is measured by. */
export type DiskReading = DiskMarks & {
  /** 0 to 1. */
  readonly usedPart: number;
};

export const DEFAULT_DISK_MARKS: DiskMarks = { high: 0.85, low: 0.8 };

/** Marks that make no sense give way to the defaults: 0 < low <= high <= 1 has to hold. */
export function boundedDiskMarks({ high, low }: DiskMarks): DiskMarks {
  return low > 0 && low <= high && high <= 1 ? { high, low } : DEFAULT_DISK_MARKS;
}

export function isPressed({ usedPart, high }: DiskReading): boolean {
  return usedPart >= high;
}

/** For explanations: how full the disk is, and what follows. */
export function describeDisk(disk: DiskReading): string {
  const used = `the disk is ${percent(disk.usedPart)} used`;
  if (isPressed(disk)) return `${used}: beyond the usual number until it is below ${percent(disk.low)}`;
  return `${used}: from ${percent(disk.high)} on more go, until it is below ${percent(disk.low)}`;
}

function percent(part: number): string {
  return `${Math.round(part * 100)} %`;
}
