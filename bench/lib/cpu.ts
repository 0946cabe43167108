/** Processor time of this process, all threads: it says the same on a busy machine as on an idle one, nearly. */

export class CpuTimer {
  readonly #began = process.cpuUsage();
  readonly #beganAt = performance.now();

  /** Milliseconds of processor time since the start. */
  get cpuMs(): number {
    const { user, system } = process.cpuUsage(this.#began);
    return (user + system) / 1_000;
  }

  get wallMs(): number {
    return performance.now() - this.#beganAt;
  }
}

/** @throws {Error} without `--expose-gc` */
export function heapAfterGc(): number {
  const { gc } = globalThis;
  if (gc === undefined) throw new Error("Cannot measure the heap: start node with --expose-gc");
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}

export function rssMb(): number {
  return process.memoryUsage().rss / 1e6;
}
