/** The simulator bites: docs/decisions/010-deliberate-bugs.md has the whole table, `npm run sim -- --bugs` makes it. */
import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BUGS, type DeliberateBug } from "../deliberate-bugs/bugs.ts";
import { plant, sourceOf } from "../deliberate-bugs/bundle.ts";
import { hunt } from "../deliberate-bugs/hunt.ts";
import { HIDDEN_BUGS, SUBTLE_BUGS } from "../deliberate-bugs/subtle-bugs.ts";

const MAX_SEEDS = 500;
const ALWAYS = ["acts before it saves", "loses the outbox over a restart", "stops dependencies with their dependants"];
const ROTATING = 2;

/** The others take turns: which ones are on depends on the sources that they change, so that a change brings its own on. */
function onTurn(): readonly DeliberateBug[] {
  const others = [...BUGS, ...SUBTLE_BUGS].filter(({ name }) => !ALWAYS.includes(name));
  const digest = createHash("sha256").update(others.map(sourceOf).join("")).digest();
  const first = digest.readUInt32BE() % others.length;
  return Array.from({ length: ROTATING }, (_, index) => others[(first + index) % others.length]).flatMap(
    (bug) => bug ?? [],
  );
}

describe("deliberate bugs", () => {
  it.each([...BUGS, ...SUBTLE_BUGS, ...HIDDEN_BUGS])("$name: can still be planted", (bug) => {
    expect(plant(sourceOf(bug), bug)).toContain(bug.replace);
  });

  it.each([...BUGS.filter(({ name }) => ALWAYS.includes(name)), ...onTurn()])(
    "$name: is found within 500 seeds",
    async (bug) => {
      expect(await hunt(bug, MAX_SEEDS)).toMatchObject({ violation: expect.stringMatching(bug.breaks) });
    },
    120_000,
  );
});
