import fc from "fast-check";

/** True so many times in a hundred; shrinks to false. */
export function odds(percent: number): fc.Arbitrary<boolean> {
  return fc.nat({ max: 99 }).map((drawn) => drawn >= 100 - percent);
}

/** There so many times in a hundred; shrinks to absent. */
export function sometimes<Value>(percent: number, arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> {
  return fc.tuple(odds(percent), arbitrary).map(([isThere, value]) => (isThere ? value : undefined));
}
