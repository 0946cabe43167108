import { describe, expect, it } from "vitest";
import { parseEvent } from "./parse-event.ts";

/** As API 1.41 writes them: with the old members beside the new ones. */
function oldForm(action: string, attributes: Record<string, string> = {}, type = "container", id = "abc"): string {
  const event = {
    status: action,
    id,
    from: "busybox",
    Type: type,
    Action: action,
    Actor: { ID: id, Attributes: attributes },
  };
  return JSON.stringify({ ...event, scope: "local", time: 1_795_469_665 }).replace(
    /}$/,
    ',"timeNano":1795469665753045557}',
  );
}

/** As API 1.52 and later do. */
function newForm(action: string, attributes: Record<string, string> = {}): string {
  const event = { Type: "container", Action: action, Actor: { ID: "abc", Attributes: attributes }, scope: "local" };
  return JSON.stringify({ ...event, time: 1_795_469_665 }).replace(/}$/, ',"timeNano":1795469665753045557}');
}

describe("parseEvent()", () => {
  it.each(["create", "start", "restart", "stop", "die", "oom", "destroy", "health_status: healthy"])(
    "DC-50: reads %s in the old and in the new form alike",
    (action) => {
      expect(parseEvent(newForm(action))).toEqual(parseEvent(oldForm(action)));
      expect(parseEvent(newForm(action)).event).toEqual({
        action,
        dockerId: "abc",
        attributes: {},
        at: 1_795_469_665_753,
      });
    },
  );

  it("keeps the time to the nanosecond", () => {
    expect(parseEvent(newForm("start")).time).toEqual({ seconds: 1_795_469_665, nanos: 753_045_557 });
  });

  it("is not misled by an attribute of that name", () => {
    const line = newForm("start", { timeNano: "1", text: '"timeNano":2' });
    expect(parseEvent(line).time?.nanos).toBe(753_045_557);
  });

  it("reads the exit code of die only", () => {
    expect(parseEvent(newForm("die", { exitCode: "137" })).event?.exitCode).toBe(137);
    expect(parseEvent(newForm("die", { exitCode: "" })).event).not.toHaveProperty("exitCode");
    expect(parseEvent(newForm("stop", { exitCode: "1" })).event).not.toHaveProperty("exitCode");
  });

  it.each([
    "pause",
    "kill",
    "exec_create",
    "exec_create: /bin/bash",
    "exec_start: true",
    "top",
    "attach",
    "export",
    "pull",
    "tag",
    "import",
    "delete",
    "starting",
    "health_status: starting",
    "health_status: healthy or not",
  ])("DC-52, DC-55: %s is none of ours", (action) => {
    expect(parseEvent(oldForm(action)).event).toBeUndefined();
  });

  it("DC-53, DC-55: other types and empty ids are none of ours", () => {
    expect(parseEvent(oldForm("start", {}, "network")).event).toBeUndefined();
    expect(parseEvent(oldForm("start", {}, "container", "")).event).toBeUndefined();
  });

  it("refuses a line that is no object", () => {
    expect(() => parseEvent("[]")).toThrow("malformed");
    expect(() => parseEvent("{")).toThrow("malformed");
  });
});
