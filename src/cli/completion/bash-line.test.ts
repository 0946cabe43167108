import { describe, expect, it } from "vitest";
import { bashReply, splitLine } from "./bash-line.ts";

const BREAKS = " \t\n\"'><=;|&(:";

describe("splitLine()", () => {
  it.each([
    ["berth", ["berth"], ""],
    ["berth ", ["berth", ""], ""],
    ["berth  run a", ["berth", "run", "a"], ""],
    ["berth run my\\ t", ["berth", "run", "my t"], ""],
    ["berth run 'my t", ["berth", "run", "my t"], "'"],
    ['berth run "my \\"t', ["berth", "run", 'my "t'], '"'],
    ["berth run 'a b'c ", ["berth", "run", "a bc", ""], ""],
    ["berth run '\\", ["berth", "run", "\\"], "'"],
    ["berth run a\\", ["berth", "run", "a"], ""],
  ])("reads %j as bash does", (line, words, quote) => {
    expect(splitLine(line)).toEqual({ words, quote });
  });
});

describe("bashReply()", () => {
  const reply = (line: string, values: readonly string[], breaks = BREAKS) =>
    bashReply(values, splitLine(line), breaks);

  it("leaves out what bash takes for words of their own", () => {
    expect(reply("berth run --image we", ["web="])).toEqual(["web="]);
    expect(reply("berth run --volume data=t", ["data=tasks/"])).toEqual(["tasks/"]);
    expect(reply("berth run --volume data=", ["data=a:b/"])).toEqual(["a:b/"]);
    expect(reply("berth run --output=j", ["--output=json"], " \t\n")).toEqual(["--output=json"]);
  });

  it("escapes what bash would read in another way, but not in quotes", () => {
    expect(reply("berth run ", ["my $task.json", "grün.json"])).toEqual(["my\\ \\$task.json", "grün.json"]);
    expect(reply("berth run 'my", ["my $task.json"])).toEqual(["my $task.json"]);
  });
});
