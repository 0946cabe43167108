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
  /** Processor time of a fixed piece of JavaScript, ms: figures of two runs compare as far as this one does. */
  readonly calibrationMs: number;
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
    calibrationMs: round(calibrationMs()),
    daemon,
  };
}

/** The median of several tries: objects made, written as JSON and read again, which is what an engine does all day. */
function calibrationMs(): number {
  const tries = Array.from({ length: 9 }, () => {
    const before = process.cpuUsage();
    for (let count = 0; count < 10_000; count += 1) {
      const row = { name: `container-${count}`, status: "RUNNING", at: count, ports: [count], restart: { count } };
      if (JSON.parse(JSON.stringify(row)).at !== count) throw new Error("Cannot calibrate: JSON does not come back");
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  });
  return tries.toSorted((a, b) => a - b)[4] ?? 0;
}

/** Three significant digits: the machine gives no more. */
export function round(value: number): number {
  return Number(value.toPrecision(3));
}
