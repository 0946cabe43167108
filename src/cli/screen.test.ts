import { describe, expect, it } from "vitest";
import { createColours, wantsColours, wantsUnicode } from "./screen.ts";

describe("wantsColours()", () => {
  it.each([
    [{}, true, true],
    [{}, false, false],
    [{ TERM: "dumb" }, true, false],
    [{ NO_COLOR: "1" }, true, false],
    [{ NO_COLOR: "" }, true, true],
    [{ FORCE_COLOR: "1" }, false, true],
    [{ FORCE_COLOR: "" }, false, true],
    [{ FORCE_COLOR: "0" }, true, false],
    [{ FORCE_COLOR: "1", NO_COLOR: "1" }, true, false],
  ])("%j on a terminal: %s gives %s", (env, isTerminal, wanted) => {
    expect(wantsColours(env, isTerminal)).toBe(wanted);
  });
});

describe("wantsUnicode()", () => {
  it.each([
    [{ LANG: "en_GB.UTF-8" }, true],
    [{ LANG: "C.utf8" }, true],
    [{ LANG: "C" }, false],
    [{}, false],
    [{ LC_ALL: "C", LANG: "en_GB.UTF-8" }, false],
    [{ LC_ALL: "", LC_CTYPE: "C.UTF-8" }, true],
    [{ LANG: "C.UTF-8", TERM: "linux" }, false],
  ])("%j gives %s", (env, wanted) => {
    expect(wantsUnicode(env)).toBe(wanted);
  });
});

describe("createColours()", () => {
  it("gives each place of a container its own colour, and none when switched off", () => {
    const { container } = createColours(true);
    expect(new Set(Array.from({ length: 10 }, (_, index) => container(index, "x"))).size).toBe(10);
    expect(container(10, "x")).toBe(container(0, "x"));
    expect(createColours(false).container(3, "x")).toBe("x");
  });
});
