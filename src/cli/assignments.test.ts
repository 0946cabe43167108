import { describe, expect, it } from "vitest";
import { addVariables, checkContainerNames, parseAssignments, parseContainerVariables } from "./assignments.ts";

describe("parseAssignments()", () => {
  it("splits at the first equals sign; the last of a name wins", () => {
    expect([...parseAssignments("--set", ["A=1=2", "B=", "A=3"], "NAME=VALUE")]).toEqual([
      ["A", "3"],
      ["B", ""],
    ]);
  });

  it.each(["A", "=1", ""])("refuses %j", (entry) => {
    expect(() => parseAssignments("--set", [entry], "NAME=VALUE")).toThrow("write it as --set NAME=VALUE");
  });
});

describe("parseContainerVariables()", () => {
  it("leaves colons and equals signs of the value alone", () => {
    expect(parseContainerVariables(["web:URL=http://x:1/?a=b"])).toEqual([
      { containerName: "web", name: "URL", value: "http://x:1/?a=b" },
    ]);
  });

  it.each(["A=1", "web:A", ":A=1", "web:=1", "A=web:1", ""])("refuses %j", (entry) => {
    expect(() => parseContainerVariables([entry])).toThrow("--env CONTAINER:NAME=VALUE");
  });
});

describe("addVariables()", () => {
  it("adds to the override of the container, or makes one", () => {
    const override = { cpu: "256", containerOverrides: [{ name: "web", command: ["date"] }] };
    const variables = parseContainerVariables(["web:A=1", "db:B=2", "web:A=3"]);
    expect(addVariables(override, variables)).toEqual({
      cpu: "256",
      containerOverrides: [
        { name: "web", command: ["date"], environment: [{ name: "A", value: "3" }] },
        { name: "db", environment: [{ name: "B", value: "2" }] },
      ],
    });
    expect(addVariables({}, [])).toEqual({});
  });
});

describe("checkContainerNames()", () => {
  it("names every unknown container and all known ones", () => {
    expect(() => checkContainerNames("--env", ["a", "web", "b"], ["web", "db"])).toThrow(
      'Cannot use --env for "a", "b": the task definition has the containers web, db',
    );
  });
});
