import { describe, expect, it } from "vitest";
import { soundMembers } from "./sound.ts";

const SHAPE = { Id: "text", Labels: { map: "text" }, Ports: { map: { list: "number" } } } as const;

describe("soundMembers()", () => {
  it("leaves out what is of another type, and what the shape does not name", () => {
    expect(soundMembers({ Id: 1, Labels: [], More: "text" }, SHAPE)).toEqual({});
    expect(soundMembers({ Id: "a", Labels: { a: "1", b: 2, c: null } }, SHAPE)).toEqual({
      Id: "a",
      Labels: { a: "1" },
    });
    expect(soundMembers({ Ports: { a: [1, "2", null], b: "3" } }, SHAPE)).toEqual({ Ports: { a: [1] } });
  });

  it("takes names that objects have by themselves for what they are here", () => {
    const body: object = JSON.parse('{"Id":"a","Labels":{"__proto__":"x","constructor":"y"}}');
    const { Labels } = soundMembers(body, SHAPE) as { readonly Labels: object };
    expect(Object.entries(Labels)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(soundMembers(JSON.parse('{"__proto__":{"Id":"a"}}'), SHAPE)).toEqual({});
  });
});
