import { describe, expect, it } from "vitest";
import { asDockerId } from "../core/brand.ts";
import { aContainer, aTask } from "../testing/builders.ts";
import { MemoryLog } from "../testing/memory-log.ts";
import { type ContainerChangeEvent, ContainerChangeEventStream } from "./container-change-event-stream.ts";

const event: ContainerChangeEvent = { taskArn: aTask().arn, container: aContainer() };

describe("ContainerChangeEventStream", () => {
  it("ES-1: who subscribed hears of it, who has left does not, and the others still do", () => {
    const stream = new ContainerChangeEventStream(new MemoryLog());
    const heard: string[] = [];
    const leave = stream.subscribe("first", () => heard.push("first"));
    stream.subscribe("second", () => heard.push("second"));
    stream.publish(event);
    leave();
    leave();
    stream.publish(event);
    expect(heard).toEqual(["first", "second", "second"]);
  });

  it("refuses a name that is taken, and takes it again when it is free", () => {
    const stream = new ContainerChangeEventStream(new MemoryLog());
    const leave = stream.subscribe("stats", () => undefined);
    expect(() => stream.subscribe("stats", () => undefined)).toThrow("is subscribed already");
    leave();
    stream.subscribe("stats", () => undefined);
  });

  it("ES-2: tells of a container whose status, id, health or restarts changed, and of no other", () => {
    const stream = new ContainerChangeEventStream(new MemoryLog());
    const heard: ContainerChangeEvent[] = [];
    stream.subscribe("stats", (each) => heard.push(each));
    const [web, db] = [aContainer({ name: "web" }), aContainer({ name: "db" })];
    const before = aTask({ containers: [web, db] });
    const tell = (changed: typeof web) => {
      heard.length = 0;
      stream.publishDifference(before, { ...before, containers: [changed, db] });
      return heard;
    };
    const news = [
      { ...web, knownStatus: "RUNNING" as const },
      { ...web, dockerId: asDockerId("a".repeat(64)) },
      { ...web, health: { status: "HEALTHY" as const } },
      { ...web, restart: { count: 1, pending: false } },
    ];
    for (const container of news) expect(tell(container)).toEqual([{ taskArn: before.arn, container }]);
    expect(tell({ ...web, exitCode: 3 })).toEqual([]);
    stream.publishDifference(undefined, before);
    expect(heard.map(({ container }) => container.name)).toEqual(["web", "db"]);
  });

  it("says of a handler that throws, and tells the others", () => {
    const log = new MemoryLog();
    const stream = new ContainerChangeEventStream(log);
    const heard: string[] = [];
    stream.subscribe("broken", () => {
      throw new Error("no");
    });
    stream.subscribe("sound", () => heard.push("sound"));
    stream.publish(event);
    expect([heard, log.lines.length]).toEqual([["sound"], 1]);
  });

  it("ES-1: who left does not end the subscription of who has the name by now", () => {
    const stream = new ContainerChangeEventStream(new MemoryLog());
    const heard: string[] = [];
    const leave = stream.subscribe("stats", () => undefined);
    leave();
    stream.subscribe("stats", () => heard.push("second"));
    leave();
    stream.publish(event);
    expect(heard).toEqual(["second"]);
  });
});
