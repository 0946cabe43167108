import type { EpochMs } from "../brand.ts";

/** The earliest of the instants at which something has to be looked at again. */
export class Wake {
  at: EpochMs | undefined;

  by(instant: EpochMs | undefined): void {
    if (instant !== undefined && (this.at === undefined || instant < this.at)) this.at = instant;
  }
}
