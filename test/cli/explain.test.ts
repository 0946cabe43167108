import { describe, expect, it } from "vitest";
import { berth } from "./berth-command.ts";

describe("berth explain", () => {
  it("lists all rules, one a line", async () => {
    const { code, stdout } = await berth(["explain"]);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split("\n").length).toBeGreaterThan(40);
    expect(stdout).toMatch(/^wrong-type +\S/m);
  });

  it("explains a rule with an example, as it is printed, too", async () => {
    const { code, stdout } = await berth(["explain", "wrong-type"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^wrong-type {2}[\s\S]*\n {2}not +.*\n {2}but +/);
    expect((await berth(["explain", "[wrong-type]"])).stdout).toBe(stdout);
  });

  it("explains several rules, each once, with a line between", async () => {
    const texts = await Promise.all(["wrong-type", "image-required"].map((rule) => berth(["explain", rule])));
    const { code, stdout } = await berth(["explain", "wrong-type", "[image-required]", "wrong-type"]);
    expect([code, stdout]).toEqual([0, texts.map((each) => each.stdout).join("\n")]);
  });

  it("names each rule that there is not, and explains none then", async () => {
    const { code, stdout, stderr } = await berth(["explain", "[image-requird]", "wrong-type", "xyzzy"]);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toMatch(/"image-requird"[\s\S]*Did you mean image-required\?[\s\S]*"xyzzy"[\s\S]*berth explain/);
  });
});
