import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { berthCommand, shellWord } from "./command-line.ts";

describe("shellWord()", () => {
  it.each(["task.json", "my task.json", "it's", "$HOME", "`id`", 'a"b', "", "tfstate `x['a']`=1", "a\nb"])(
    "is read by a shell as it was: %j",
    (word) => {
      expect(execFileSync("sh", ["-c", `printf %s ${shellWord(word)}`], { encoding: "utf8" })).toBe(word);
    },
  );
});

describe("berthCommand()", () => {
  it("repeats what was filled in", () => {
    expect(berthCommand({ verb: "validate", file: "a b.json", set: ["A=1", "B=x y"], setFile: "v.env" })).toBe(
      "berth validate 'a b.json' --set-file v.env --set A=1 --set 'B=x y'",
    );
  });

  it("keeps every option that changes the definition", () => {
    const given = { image: ["a=b:1"], volume: ["v=./my data"], overrides: "o.json", set: ["A=1"], setFile: "v.env" };
    expect(berthCommand({ verb: "validate", file: "t.json", ...given })).toBe(
      "berth validate t.json --overrides o.json --image a=b:1 --set-file v.env --set A=1 --volume 'v=./my data'",
    );
  });
});
