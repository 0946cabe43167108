/**
 * Who works with an engine id on a Docker host: one engine at a time. The claim is a volume, whose name ends in a number
 * that goes up with each start and whose label only the engine knows that made it: Docker makes a volume once, whoever asks
 * first. It shows what a copied state cannot: that another engine has gone on from it.
 *
 * INVARIANTS
 * - The claim is saved before it is made.
 * - Nobody goes on from a state that another has gone on from.
 * - Before an engine acts, the one that had the id before is gone, or has had time to see that it lost it.
 *
 * Source: docs/decisions/029.
 */
import { EngineError } from "../core/errors.ts";
import { ENGINE_ID_LABEL } from "../core/labels.ts";
import type { Clock } from "../ports/clock.ts";
import type { DockerClient, VolumeInspection } from "../ports/docker-client.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";
import type { StateHome, StatePlace } from "../ports/state-home.ts";
import type { Mutation, StoredState } from "../ports/state-store.ts";
import type { EngineOptions } from "./engine-options.ts";
import { toNamedError } from "./failure.ts";
import { wait } from "./wait.ts";

export type EngineClaimPorts = {
  readonly client: DockerClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly home: StateHome;
  readonly commit: (mutations: readonly Mutation[]) => Promise<void>;
  readonly engineId: string;
  /** How often an engine looks whether it has its claim yet. */
  readonly intervalMs: number;
};

type Claim = { readonly number: number; readonly token: string };
type FoundClaim = Claim & StatePlace & { readonly volume: string };

/** Row of the store that keeps the newest claim: `NUMBER TOKEN`. */
const CLAIM_META = "claim";
const CLAIM_LABEL = "berth.claim";
const FOLDER_LABEL = "berth.claim-folder";
const IDENTITY_LABEL = "berth.claim-folder-identity";
const TOKEN_DIGITS = 20;
/** What a look of the engine before may take, beyond the time between two of them. */
const LOOK_MS = 5_000;

export class EngineClaim {
  readonly #ports: EngineClaimPorts;
  #own: Claim | undefined;

  constructor(ports: EngineClaimPorts) {
    this.#ports = ports;
  }

  /**
   * @param saved the rows among which the last claim was saved
   * @throws {EngineError} StateStoreError when another engine has gone on from this state, or works with what it is a copy of
   */
  async take(saved: StoredState["meta"], signal: AbortSignal): Promise<void> {
    const before = parseClaim(saved[CLAIM_META]);
    const place = await this.#ports.home.place();
    const found = await this.#newest(signal);
    if (found !== undefined) await this.#requireFree(found, before, place);
    const number = Math.max(found?.number ?? 0, before.number) + 1;
    const own = { number, token: this.#ports.random.hex(TOKEN_DIGITS) };
    await this.#ports.commit([{ type: "putMeta", key: CLAIM_META, value: formatClaim(own) }]);
    await this.#make(own, place, signal);
    this.#own = own;
    if (found !== undefined && found.identity !== place.identity) await this.#giveTimeTo(found, signal);
    await this.#removeOlder(number, signal);
  }

  /** Calls back, once, when another engine has taken the id over. Ends with the signal. */
  async watch(signal: AbortSignal, onLost: (error: EngineError) => void): Promise<void> {
    try {
      for (;;) {
        await wait(this.#ports.clock, this.#ports.intervalMs, signal);
        const loss = await this.#look(signal);
        if (loss !== undefined) return onLost(loss);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** For an engine without tasks: no older state of it could do harm. */
  async release(): Promise<void> {
    if (this.#own === undefined) return;
    await this.#ports.client.removeVolume(this.#nameOf(this.#own.number)).catch((error: unknown) => {
      const named = toNamedError(error, "CannotRemoveVolumeError");
      this.#ports.log.warn("Cannot remove the volume that claims the engine's id", { error: named });
    });
  }

  /** A failure to look is no loss: the next look will tell. A claim that somebody removed is made anew. */
  async #look(signal: AbortSignal): Promise<EngineError | undefined> {
    const own = this.#own;
    if (own === undefined) return undefined;
    try {
      const newest = await this.#newest(signal);
      if (newest === undefined) await this.#make(own, await this.#ports.home.place(), signal);
      else if (newest.number > own.number || newest.token !== own.token) return goneOn(newest);
    } catch (error) {
      if (error instanceof ClaimLostError) return error;
      if (signal.aborted) throw error;
      this.#ports.log.warn("Cannot look at the engine's claim", {
        error: toNamedError(error, "CannotInspectVolumeError"),
      });
    }
    return undefined;
  }

  async #requireFree(found: FoundClaim, saved: Claim, place: StatePlace): Promise<void> {
    const isOurs = found.number < saved.number || (found.number === saved.number && found.token === saved.token);
    if (!isOurs) throw goneOn(found);
    if (found.identity === place.identity) return;
    const user = await this.#ports.home.userOf(found.folder);
    if (user === undefined) return;
    throw new ClaimLostError(
      `Cannot use the state in ${place.folder}: it is a copy of ${found.folder}, and ${user} works with that one`,
    );
  }

  async #make(own: Claim, { folder, identity }: StatePlace, signal: AbortSignal): Promise<void> {
    const made = await this.#ports.client.createVolume(
      {
        name: this.#nameOf(own.number),
        driver: "local",
        labels: {
          [ENGINE_ID_LABEL]: this.#ports.engineId,
          [CLAIM_LABEL]: formatClaim(own),
          [FOLDER_LABEL]: folder,
          [IDENTITY_LABEL]: identity,
        },
      },
      { signal },
    );
    const found = toClaim(made);
    if (found.token !== own.token) throw goneOn(found);
  }

  async #giveTimeTo({ folder }: FoundClaim, signal: AbortSignal): Promise<void> {
    const ms = this.#ports.intervalMs + LOOK_MS;
    this.#ports.log.warn(
      `Waiting ${Math.ceil(ms / 1_000)} s before acting: an engine with the state in ${folder} may be at work yet, and ends when it sees this one`,
      { engineId: this.#ports.engineId },
    );
    await wait(this.#ports.clock, ms, signal);
    const loss = await this.#look(signal);
    if (loss !== undefined) throw loss;
  }

  async #removeOlder(number: number, signal: AbortSignal): Promise<void> {
    for (const { volume } of (await this.#all(signal)).filter((each) => each.number < number)) {
      await this.#ports.client.removeVolume(volume, { signal });
    }
  }

  async #newest(signal: AbortSignal): Promise<FoundClaim | undefined> {
    return (await this.#all(signal)).toSorted((a, b) => b.number - a.number)[0];
  }

  async #all(signal: AbortSignal): Promise<readonly FoundClaim[]> {
    const labels = { [ENGINE_ID_LABEL]: this.#ports.engineId, [CLAIM_LABEL]: true } as const;
    return (await this.#ports.client.listVolumes({ labels }, { signal })).map(toClaim);
  }

  /** Whatever a volume's name may not hold is written as its code, so that no two ids share a name. */
  #nameOf(number: number): string {
    const id = this.#ports.engineId.replace(/[^A-Za-z0-9-]/gu, (sign) => `_${sign.codePointAt(0)?.toString(16)}.`);
    return `berth-engine-${id}-${number}`;
  }
}

/** None for a state that is kept nowhere: nobody can have a copy of it. */
export function claimOf(options: EngineOptions, engineId: string): EngineClaim | undefined {
  const { client, clock, random, log, home, store, config } = options;
  if (home === undefined) return undefined;
  const commit = (mutations: readonly Mutation[]) => store.commit(mutations);
  return new EngineClaim({ client, clock, random, log, home, commit, engineId, intervalMs: config.relistIntervalMs });
}

class ClaimLostError extends EngineError {
  constructor(message: string) {
    super("StateStoreError", message);
  }
}

function goneOn({ folder, volume }: FoundClaim): ClaimLostError {
  return new ClaimLostError(
    `Cannot go on with this state: another engine has gone on from it, with the state in ${folder}; if no engine works with that, ` +
      `and this one is to go on, remove its mark: docker volume rm ${volume}`,
  );
}

function formatClaim({ number, token }: Claim): string {
  return `${number} ${token}`;
}

function parseClaim(text = ""): Claim {
  const [number, token = ""] = text.split(" ");
  return { number: Number(number) || 0, token };
}

function toClaim({ name, labels }: VolumeInspection): FoundClaim {
  const { [CLAIM_LABEL]: claim, [FOLDER_LABEL]: folder = "", [IDENTITY_LABEL]: identity = "" } = labels;
  return { ...parseClaim(claim), folder, identity, volume: name };
}
