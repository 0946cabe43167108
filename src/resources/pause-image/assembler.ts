/**
 * Lays out machine code and read-only data whose instructions refer to each other by label. Code is written as if by
 * hand; this only counts bytes and fills in distances.
 */
import { assert } from "../../core/assert.ts";

/** An instruction whose bytes depend on how far away its label is. */
type Reference = {
  readonly size: number;
  readonly label: string;
  /** @param distance bytes from the start of this instruction to the label */
  readonly encode: (distance: number) => readonly number[];
};

export type Item =
  | { readonly type: "bytes"; readonly bytes: readonly number[] }
  | { readonly type: "label"; readonly name: string }
  | { readonly type: "align"; readonly to: number }
  | ({ readonly type: "reference" } & Reference);

export const bytes = (...values: readonly number[]): Item => ({ type: "bytes", bytes: values });
export const label = (name: string): Item => ({ type: "label", name });
export const align = (to: number): Item => ({ type: "align", to });
export const reference = (size: number, labelName: string, encode: (distance: number) => readonly number[]): Item => ({
  type: "reference",
  size,
  label: labelName,
  encode,
});

/** A 32-bit number, lowest byte first, as both architectures want it. */
export function le32(value: number): readonly number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff);
}

/** A 64-bit number below 2^53, lowest byte first. */
export function le64(value: number): readonly number[] {
  return [...le32(value % 2 ** 32), ...le32(Math.floor(value / 2 ** 32))];
}

/** Two passes: find where labels are, then write everything. */
export function assemble(items: readonly Item[]): readonly number[] {
  const positions = new Map<string, number>();
  let position = 0;
  for (const item of items) {
    if (item.type === "label") positions.set(item.name, position);
    position += sizeAt(item, position);
  }
  const output: number[] = [];
  for (const item of items) output.push(...encodeAt(item, output.length, positions));
  return output;
}

function sizeAt(item: Item, position: number): number {
  switch (item.type) {
    case "bytes":
      return item.bytes.length;
    case "label":
      return 0;
    case "align":
      return (item.to - (position % item.to)) % item.to;
    case "reference":
      return item.size;
  }
}

function encodeAt(item: Item, position: number, positions: ReadonlyMap<string, number>): readonly number[] {
  if (item.type === "bytes") return item.bytes;
  if (item.type !== "reference") return Array.from({ length: sizeAt(item, position) }, () => 0);
  const target = positions.get(item.label);
  assert(target !== undefined, `label ${item.label} is defined`);
  const encoded = item.encode(target - position);
  assert(encoded.length === item.size, `reference to ${item.label} has its size`);
  return encoded;
}
