/** Faults of the daemon and of the host's time, at drawn instants. */
import { asEpochMs } from "../../core/brand.ts";
import type { SeededRandom } from "../seeded-random.ts";
import { SimulatedClock } from "../simulated-clock.ts";
import { killDaemon, startDaemon, stopDaemon } from "./daemon-lifecycle.ts";
import type { DaemonState } from "./daemon-state.ts";
import type { FaultKind, FaultProfile, WholeDaemonFaults } from "./faults.ts";

export class Chaos implements WholeDaemonFaults {
  readonly #state: DaemonState;
  readonly #count: (kind: FaultKind) => void;
  #stops: (() => void)[] = [];

  constructor(state: DaemonState, count: (kind: FaultKind) => void) {
    this.#state = state;
    this.#count = count;
  }

  play(random: SeededRandom, profile: FaultProfile): void {
    this.stop();
    this.#playRestarts(random.fork("restarts"), profile);
    this.#playJumps(random.fork("jumps"), profile);
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  /** Takes the daemon down now and brings it up after this long. */
  restart({ downMs, kill }: { readonly downMs: number; readonly kill: boolean }): void {
    const state = this.#state;
    if (!state.isUp) return;
    if (kill) killDaemon(state);
    else stopDaemon(state);
    this.#after(downMs, () => startDaemon(state));
  }

  #playRestarts(random: SeededRandom, { daemonRestart }: FaultProfile): void {
    if (daemonRestart === undefined) return;
    const { everyMs, downMs, liveRestore } = daemonRestart;
    this.#repeat(random, everyMs, () => {
      if (!this.#state.isUp) return;
      if (liveRestore !== undefined)
        this.#state.liveRestore = liveRestore === "either" ? random.chance(0.5) : liveRestore;
      this.#count("daemonRestart");
      this.restart({ downMs: random.int(...downMs), kill: random.chance(0.5) });
    });
  }

  #playJumps(random: SeededRandom, { clockJump }: FaultProfile): void {
    const { clock } = this.#state;
    if (clockJump === undefined || !(clock instanceof SimulatedClock)) return;
    this.#repeat(random, clockJump.everyMs, () => {
      this.#count("clockJump");
      clock.jump(random.int(-clockJump.maxMs, clockJump.maxMs));
    });
  }

  /** At drawn intervals with this mean, until it is stopped. */
  #repeat(random: SeededRandom, everyMs: number, action: () => void): void {
    let cancel: () => void = () => undefined;
    const again = (): void => {
      cancel = this.#after(random.int(1, 2 * everyMs), () => {
        action();
        again();
      });
    };
    again();
    this.#stops.push(() => cancel());
  }

  #after(ms: number, action: () => void): () => void {
    const { clock } = this.#state;
    return clock.schedule(asEpochMs(clock.now() + ms), action);
  }
}
