/** What every benchmark prints: one line of JSON with its figures and the machine that they are from. */
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";

export type Figures = Readonly<Record<string, unknown>>;

export type Machine = {
  readonly cores: number;
  readonly cpu: string;
  readonly memoryGiB: number;
  readonly node: string;
  readonly platform: string;
  /** Load average of the last minute when the line is printed: above the number of cores others had a part of it. */
  readonly load: number;
  readonly daemon: string;
};

/** @param daemon version of the Docker daemon that took part, or what stood in for it */
export function report(benchmark: string, figures: Figures, daemon = "none"): void {
  process.stdout.write(`${JSON.stringify({ benchmark, ...figures, machine: machineWith(daemon) })}\n`);
}

/** For people who watch: the line itself goes to standard output alone. */
export function progress(text: string): void {
  process.stderr.write(`  ${text}\n`);
}

function machineWith(daemon: string): Machine {
  return {
    cores: availableParallelism(),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    load: round(loadavg()[0] ?? 0),
    daemon,
  };
}

/** Three significant digits: the machine gives no more. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
