/**
 * The records of images that tasks use: who uses them, under which names, since when.
 *
 * INVARIANTS
 * - A name belongs to one record at most: the image that it meant when it was recorded last.
 * - A reference is a container of a task, and is counted once.
 * - What is in here is what the store will hold once the mutations that each call returns are committed.
 *
 * Source: engine-behaviour 6.1 to 6.3, 6.5; engine-modern 13.2.
 */
import { asEpochMs, type EpochMs } from "../core/brand.ts";
import type { ImageState } from "../core/images/image-state.ts";
import { sameImageName } from "../core/images/reference.ts";
import type { ImageRow, Mutation } from "../ports/state-store.ts";

export type ImageSighting = {
  readonly imageId: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly reference: string;
  readonly pulled: boolean;
  readonly now: EpochMs;
};

/** So many names are remembered with their records: more than a host has. Beyond it they are looked for anew. */
const MOST_NAMES = 1_000;

const NOTHING: readonly Mutation[] = [];

export class ImageRecords {
  readonly #states = new Map<string, ImageState>();
  readonly #references = new Map<string, Set<string>>();
  /** Ids of the records that have a name, for names as they were asked for. Forgotten when a record's names change. */
  readonly #holders = new Map<string, readonly string[]>();

  /** Takes rows of the store; references come back as the containers are seen again. */
  load(rows: readonly ImageRow[]): void {
    for (const row of rows) {
      const { imageId, names, sizeBytes, pullSucceeded } = row;
      const times = { pulledAt: asEpochMs(row.pulledAt), lastUsedAt: asEpochMs(row.lastUsedAt) };
      const references = this.#referencesOf(imageId);
      this.#set({ imageId, names, sizeBytes, pullSucceeded, ...times, references });
    }
  }

  all(): readonly ImageState[] {
    return [...this.#states.values()];
  }

  find(imageId: string): ImageState | undefined {
    return this.#states.get(imageId);
  }

  /** The record that has this name, in whatever spelling. Source: IM-20. */
  findByName(name: string): ImageState | undefined {
    const [imageId] = this.#holdersOf(name);
    return imageId === undefined ? undefined : this.#states.get(imageId);
  }

  /** A container uses an image under a name. Makes the record if need be. Source: IM-4, IM-6, IM-8, IM-14. */
  record(sighting: ImageSighting): readonly Mutation[] {
    const { imageId, name, reference } = sighting;
    // One more user of an image is no news for its row, which does not list them.
    if (!sighting.pulled && this.#isOnlyHolder(imageId, name) && this.addReference(imageId, reference)) return NOTHING;
    const moved = this.#takeNameFromOthers(name, imageId);
    const known = this.#states.get(imageId) ?? newState(sighting);
    const hasName = this.#holdersOf(name).includes(imageId);
    const references = this.#referencesOf(imageId).add(reference);
    const state: ImageState = {
      ...known,
      names: hasName ? known.names : [...known.names, name],
      references,
      pullSucceeded: known.pullSucceeded || sighting.pulled,
      // A pull anew counts as new, or the image would go the moment it is unused. Source: W-53.
      pulledAt: sighting.pulled ? sighting.now : known.pulledAt,
    };
    return [...moved, this.#put(state)];
  }

  /** A restarted engine sees a container of a known image again; `false` when there is no such record. Source: IM-7. */
  addReference(imageId: string, reference: string): boolean {
    if (!this.#states.has(imageId)) return false;
    this.#referencesOf(imageId).add(reference);
    return true;
  }

  /** `undefined` when this container is not known to use that image. Source: engine-behaviour 6.3, IM-9. */
  removeReference(imageId: string, reference: string, now: EpochMs): readonly Mutation[] | undefined {
    const state = this.#states.get(imageId);
    if (state?.references.has(reference) !== true) return undefined;
    this.#referencesOf(imageId).delete(reference);
    return [this.#put({ ...state, lastUsedAt: now })];
  }

  /** A name was untagged; the record goes with its last name. Source: IM-15, IM-18. */
  dropName(imageId: string, name: string): readonly Mutation[] {
    const state = this.#states.get(imageId);
    if (state === undefined) return [];
    const names = state.names.filter((other) => other !== name);
    if (names.length === 0) return this.drop(imageId);
    return [this.#put({ ...state, names })];
  }

  drop(imageId: string): readonly Mutation[] {
    this.#references.delete(imageId);
    this.#holders.clear();
    return this.#states.delete(imageId) ? [{ type: "deleteImage", imageId }] : [];
  }

  #takeNameFromOthers(name: string, imageId: string): readonly Mutation[] {
    return this.all()
      .filter((state) => state.imageId !== imageId && hasName(state, name))
      .map((state) => this.#put({ ...state, names: state.names.filter((other) => !sameImageName(other, name)) }));
  }

  #isOnlyHolder(imageId: string, name: string): boolean {
    const holders = this.#holdersOf(name);
    return holders.length === 1 && holders[0] === imageId;
  }

  /** More than one only when a save failed before a restart. */
  #holdersOf(name: string): readonly string[] {
    const known = this.#holders.get(name);
    if (known !== undefined) return known;
    const holders = this.all()
      .filter((state) => hasName(state, name))
      .map(({ imageId }) => imageId);
    if (this.#holders.size >= MOST_NAMES) this.#holders.clear();
    this.#holders.set(name, holders);
    return holders;
  }

  /** One set an image, changed in place: thousands of containers may use the same one. */
  #referencesOf(imageId: string): Set<string> {
    const references = this.#references.get(imageId) ?? new Set<string>();
    this.#references.set(imageId, references);
    return references;
  }

  #set(state: ImageState): void {
    if (this.#states.get(state.imageId)?.names !== state.names) this.#holders.clear();
    this.#states.set(state.imageId, state);
  }

  #put(state: ImageState): Mutation {
    this.#set(state);
    const { imageId, names, sizeBytes, pulledAt, lastUsedAt, pullSucceeded } = state;
    return { type: "putImage", image: { imageId, names, sizeBytes, pulledAt, lastUsedAt, pullSucceeded } };
  }
}

function hasName({ names }: ImageState, name: string): boolean {
  return names.some((other) => sameImageName(other, name));
}

function newState({ imageId, sizeBytes, now }: ImageSighting): ImageState {
  return { imageId, names: [], sizeBytes, pulledAt: now, lastUsedAt: now, pullSucceeded: false, references: new Set() };
}
