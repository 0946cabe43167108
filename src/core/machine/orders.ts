/** What a step asks for: what is to be done, in this order, and when something has to be looked at again. */
import type { EpochMs } from "../brand.ts";
import { appended } from "./appended.ts";
import type { Effect } from "./effect.ts";

const NONE: readonly Effect[] = [];

export class Orders {
  effects = NONE;
  /** The earliest of the instants that were named. */
  wakeAt: EpochMs | undefined;

  add(effect: Effect): void {
    this.effects = appended(this.effects, effect);
  }

  wakeBy(instant: EpochMs | undefined): void {
    if (instant !== undefined && (this.wakeAt === undefined || instant < this.wakeAt)) this.wakeAt = instant;
  }
}
