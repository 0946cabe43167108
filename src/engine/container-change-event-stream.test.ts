import { describe, expect, it } from "vitest";
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
});
