import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { engineIdOfRun, isOfRun, ownerOfRun } from "./run-owner.ts";

const hex = (length: number) =>
  fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
const digits = fc.bigInt({ min: 1n, max: 2n ** 64n }).map(String);
const owners = fc.record({
  pid: fc.integer({ min: 1, max: 4_194_304 }),
  startTicks: digits,
  pidNamespace: digits,
  bootId: fc.uuid(),
});

describe("ownerOfRun()", () => {
  it("reads what engineIdOfRun() has written", () => {
    fc.assert(
      fc.property(owners, hex(20), (owner, unique) => {
        const id = engineIdOfRun(owner, unique);
        expect(ownerOfRun(id)).toEqual(owner);
        expect(isOfRun(id)).toBe(true);
      }),
    );
  });

  it.each(["run-0123456789abcdef0123", "0123456789abcdef0123", "run-1-2-3-boot-0123", "", "run-"])(
    "takes %j for an id that does not tell",
    (id) => expect(ownerOfRun(id)).toBeUndefined(),
  );
});
