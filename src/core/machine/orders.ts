/** What a step asks for: what is to be done, in this order, and when something has to be looked at again. */
import type { EpochMs } from "../brand.ts";
import type { Effect } from "./effect.ts";

export class Orders {
  readonly effects: Effect[] = [];
  /** The earliest of the instants that were named. */
  wakeAt: EpochMs | undefined;

  wakeBy(instant: EpochMs | undefined): void {
    if (instant !== undefined && (this.wakeAt === undefined || instant < this.wakeAt)) this.wakeAt = instant;
  }
}
