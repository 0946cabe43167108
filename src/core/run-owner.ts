/**
 * Which process a run of the command belongs to. It stands in the id of the run's engine, and so on everything that the run
 * makes in Docker: what a killed run has left is told from what belongs to one that goes on.
 */

export type RunOwner = {
  readonly pid: number;
  /** When the process began, in clock ticks since the boot: a process id is used again. */
  readonly startTicks: string;
  /** A process id means something among the processes of its namespace only. */
  readonly pidNamespace: string;
  readonly bootId: string;
};

const RUN_ID = /^run-(\d+)-(\d+)-(\d+)-([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})-[0-9a-f]+$/;

/** @param hex random lower-case hex digits, unique to this run */
export function engineIdOfRun(owner: RunOwner | undefined, hex: string): string {
  if (owner === undefined) return `run-${hex}`;
  return `run-${owner.pid}-${owner.startTicks}-${owner.pidNamespace}-${owner.bootId}-${hex}`;
}

/** Does the id belong to the engine of a run, and not to one of a longer life? */
export function isOfRun(engineId: string): boolean {
  return engineId.startsWith("run-");
}

/** `undefined` when the id does not tell: of another engine, or of a run on a host that does not know such things. */
export function ownerOfRun(engineId: string): RunOwner | undefined {
  const [, pid, startTicks = "", pidNamespace = "", bootId = ""] = RUN_ID.exec(engineId) ?? [];
  return pid === undefined ? undefined : { pid: Number(pid), startTicks, pidNamespace, bootId };
}
