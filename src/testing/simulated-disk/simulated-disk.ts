/**
 * A disk that loses what disks lose. Files are in memory and outlive the process that writes them; what a process had
 * asked for when it died may be there in part, and when the power failed so may be names that were not synced.
 *
 * What a write says is on the disk stays there. Until then each sector of it may be there or not, in any order.
 */
import { asEpochMs } from "../../core/brand.ts";
import type { Clock } from "../../ports/clock.ts";
import { storeError } from "../../store/failures.ts";
import type { FolderLock } from "../../store/folder-lock.ts";
import type { StateFile, StateFolder } from "../../store/state-folder.ts";
import { SeededRandom } from "../seeded-random.ts";
import { DiskFile } from "./disk-file.ts";
import { DiskNames } from "./disk-names.ts";

export type DiskOperation =
  | "lock"
  | "names"
  | "read"
  | "create"
  | "write"
  | "rename"
  | "remove"
  | "makeFolder"
  | "sync";

/** Each a number of 0 to 1 for how often. */
export type DiskFaults = {
  /** A change fails: nothing of it is done, a part, or all of it. */
  readonly failing?: number;
  /** An operation takes time. */
  readonly slow?: number;
  /** How much, both ends included. */
  readonly slowMs?: readonly [number, number];
};

export type SimulatedDiskOptions = {
  readonly clock: Clock;
  readonly seed?: number;
};

/** Something that the disk was asked for and has not answered. */
type UnderWay = { readonly inPart: (random: SeededRandom) => void };

const CHANGES: ReadonlySet<DiskOperation> = new Set(["create", "write", "rename", "sync"]);
const NEVER: Promise<never> = new Promise(() => undefined);

export class SimulatedDisk {
  readonly #clock: Clock;
  readonly #random: SeededRandom;
  readonly #counts = new Map<string, number>();
  readonly #observers = new Set<(operation: DiskOperation) => void>();
  #names = new DiskNames();
  /** Of the process that has the folder now. */
  #connection = { isCut: false };
  #underWay = new Set<UnderWay>();
  #isLocked = false;
  #faults: DiskFaults = {};
  #capacityBytes = Number.POSITIVE_INFINITY;

  constructor({ clock, seed = 1 }: SimulatedDiskOptions) {
    this.#clock = clock;
    this.#random = new SeededRandom(seed).fork("disk");
  }

  /** How often each fault has struck. */
  get counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  /** What each file takes that has a name. */
  get sizes(): readonly number[] {
    return this.#names.files().map(({ size }) => size);
  }

  /** Nothing that was asked of it is unanswered. */
  get isIdle(): boolean {
    return this.#underWay.size === 0;
  }

  /** From now on things go wrong as often as this. */
  misbehave(faults: DiskFaults): void {
    this.#faults = faults;
  }

  /** Nothing goes wrong any more, and there is room. */
  calm(): void {
    this.#faults = {};
    this.free();
  }

  /** Somebody else fills the disk, but for so many bytes. */
  fill(leftBytes: number): void {
    this.#capacityBytes = sum(this.sizes) + leftBytes;
    this.#count("disk full");
  }

  free(): void {
    this.#capacityBytes = Number.POSITIVE_INFINITY;
  }

  /** Hears of each operation before anything of it is done. @returns what ends it */
  onOperation(observer: (operation: DiskOperation) => void): () => void {
    this.#observers.add(observer);
    return () => this.#observers.delete(observer);
  }

  /** The folder for the process that starts now. */
  folder(): StateFolder {
    const connection = this.#connection;
    const perform = <Result>(operation: DiskOperation, act: () => Result, inPart?: UnderWay["inPart"]) =>
      this.#perform(connection, operation, act, inPart);
    return {
      path: "/simulated",
      lock: () => perform("lock", () => this.#lock(connection)),
      names: () => perform("names", () => this.#names.inFolder()),
      read: (name) => perform("read", () => Buffer.from(this.#names.find(name).bytes)),
      create: (name) => perform("create", () => this.#create(name, perform)),
      rename: (from, to) => perform("rename", () => this.#names.rename(from, to)),
      remove: (name) => perform("remove", () => this.#names.remove(name)),
      makeFolder: (name) => perform("makeFolder", () => this.#names.makeFolder(name)),
      sync: () => perform("sync", () => this.#names.sync()),
    };
  }

  /**
   * The process is gone: what it had asked for may be done, in part or not at all, and nothing is answered.
   * @param power it was the power that failed: names that were not synced may be as they were before
   */
  crash({ power }: { readonly power: boolean }): void {
    this.#connection.isCut = true;
    this.#connection = { isCut: false };
    this.#isLocked = false;
    const underWay = [...this.#underWay];
    this.#underWay = new Set();
    for (const { inPart } of underWay) inPart(this.#random);
    if (power) this.#names.loseUnsynced(() => this.#random.chance(0.5));
  }

  /** Another disk with the same files, which behaves. */
  copy(): SimulatedDisk {
    const copy = new SimulatedDisk({ clock: this.#clock });
    copy.#names = this.#names.copy();
    return copy;
  }

  async #perform<Result>(
    connection: { readonly isCut: boolean },
    operation: DiskOperation,
    act: () => Result,
    inPart: UnderWay["inPart"] = (random) => (random.chance(0.5) ? ignoring(act) : undefined),
  ): Promise<Result> {
    if (connection.isCut) return await NEVER;
    for (const observe of this.#observers) observe(operation);
    if (connection.isCut) return await NEVER;
    const isChange = CHANGES.has(operation);
    const underWay = isChange ? { inPart } : { inPart: () => undefined };
    this.#underWay.add(underWay);
    await this.#delay();
    if (connection.isCut) return await NEVER;
    this.#underWay.delete(underWay);
    if (isChange && this.#random.chance(this.#faults.failing ?? 0)) this.#fail(operation, act, inPart);
    return act();
  }

  #fail(operation: DiskOperation, act: () => unknown, inPart: UnderWay["inPart"]): never {
    const extent = this.#random.pick(["nothing", "a part", "all"] as const);
    this.#count(`disk EIO, ${extent} done`);
    if (extent === "a part") inPart(this.#random);
    if (extent === "all") ignoring(act);
    throw systemError("EIO", `i/o error, ${operation}`);
  }

  async #delay(): Promise<void> {
    const { slow = 0, slowMs = [1, 20] } = this.#faults;
    if (!this.#random.chance(slow)) return;
    const at = this.#clock.now() + this.#random.int(...slowMs);
    this.#count("disk slow");
    await new Promise<void>((resolve) => this.#clock.schedule(asEpochMs(at), resolve));
  }

  #lock(connection: { readonly isCut: boolean }): FolderLock {
    if (this.#isLocked) throw storeError("Cannot open state in /simulated: another process has it open");
    this.#isLocked = true;
    return {
      release: async () => {
        if (!connection.isCut) this.#isLocked = false;
      },
    };
  }

  #create(name: string, perform: Perform): StateFile {
    const file = new DiskFile();
    this.#names.put(name, file);
    return {
      write: (parts, position) => {
        const bytes = Buffer.concat(parts);
        const act = () => this.#write(file, bytes, position);
        return perform("write", act, (random) => file.writeSome(bytes, position, () => random.chance(0.5)));
      },
      isDeleted: () => !this.#names.files().includes(file),
      close: async () => undefined,
    };
  }

  /** A full disk takes as much as there is room for. */
  #write(file: DiskFile, bytes: Buffer, position: number): void {
    const growth = position + bytes.length - file.size;
    const room = Math.max(0, this.#capacityBytes - sum(this.sizes));
    const fits = growth <= room;
    file.write(fits ? bytes : bytes.subarray(0, Math.max(0, bytes.length - (growth - room))), position);
    if (fits) return;
    this.#count("disk ENOSPC");
    throw systemError("ENOSPC", "no space left on device, write");
  }

  #count(kind: string): void {
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
  }
}

type Perform = <Result>(operation: DiskOperation, act: () => Result, inPart?: UnderWay["inPart"]) => Promise<Result>;

/** What it says of its own is nobody's any more. */
function ignoring(act: () => unknown): void {
  try {
    act();
  } catch {
    // A full disk, or a name that is not there: whoever asked is gone, or hears of another error.
  }
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}

function systemError(code: string, text: string): Error {
  return Object.assign(new Error(`${code}: ${text}`), { code });
}
