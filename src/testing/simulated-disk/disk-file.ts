/** The bytes of one file, and what a write leaves of itself that was not finished. */

/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512;

export class DiskFile {
  #bytes = Buffer.alloc(0);

  get bytes(): Buffer {
    return this.#bytes;
  }

  get size(): number {
    return this.#bytes.length;
  }

  write(bytes: Buffer, position: number): void {
    this.#reach(position + bytes.length);
    bytes.copy(this.#bytes, position);
  }

  /** As {@link write}, of those sectors only that are kept; the file is as long as the last of these reaches. */
  writeSome(bytes: Buffer, position: number, isKept: () => boolean): void {
    const end = position + bytes.length;
    for (let from = position; from < end; ) {
      const to = Math.min(end, (Math.floor(from / SECTOR_BYTES) + 1) * SECTOR_BYTES);
      if (isKept()) this.write(bytes.subarray(from - position, to - position), from);
      from = to;
    }
  }

  copy(): DiskFile {
    const copy = new DiskFile();
    copy.write(this.#bytes, 0);
    return copy;
  }

  #reach(size: number): void {
    if (size > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], size);
  }
}
