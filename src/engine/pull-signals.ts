/** Signals for pulls that may end early, which hardly any does. */

/** Looks at one image follow one another, and a signal is free a few turns after its look: more are not needed. */
const MOST_SPARE = 8;

/** Whoever leaves a listener behind in each signal that it is given is warned of by Node from the eleventh on. */
const MOST_USES = 10;

export type PullSignal = {
  readonly controller: AbortController;
  uses: number;
};

/** Used again when nobody has it any more: Node needs 3 µs and 2 KB to make one, most of what a cached image costs. */
export class PullSignals {
  readonly #spare: PullSignal[] = [];

  take(): PullSignal {
    const taken = this.#spare.pop() ?? { controller: new AbortController(), uses: 0 };
    taken.uses += 1;
    return taken;
  }

  giveBack(used: PullSignal): void {
    if (used.controller.signal.aborted || used.uses >= MOST_USES) return;
    if (this.#spare.length < MOST_SPARE) this.#spare.push(used);
  }
}
