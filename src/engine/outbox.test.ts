/** State changes on their way to readers that come and go. Source: engine-behaviour 9.4, EH-7, EH-8. */
import { describe, expect, it } from "vitest";
import { asEpochMs, asTaskArn } from "../core/brand.ts";
import type { StateChange } from "../core/state-change.ts";
import { Outbox } from "./outbox.ts";

const A = asTaskArn("arn:a");
const B = asTaskArn("arn:b");
const change = (taskArn: typeof A, sequence: number): StateChange => ({
  type: "task",
  taskArn,
  sequence,
  at: asEpochMs(0),
  status: "RUNNING",
});

/** An outbox whose acknowledgements are durable at once. */
function outbox() {
  const acknowledged: string[] = [];
  const box: Outbox = new Outbox(async (taskArn, upTo) => {
    acknowledged.push(`${taskArn} ${upTo}`);
    box.forget(taskArn, upTo);
  });
  return { box, acknowledged };
}

const readerOf = (box: Outbox) => box.read()[Symbol.asyncIterator]();

async function take(reader: ReturnType<typeof readerOf>, count: number) {
  const taken = [];
  for (let each = 0; each < count; each += 1) {
    const { value } = await reader.next();
    if (value !== undefined) taken.push(value);
  }
  return taken;
}

const numbers = (deliveries: Awaited<ReturnType<typeof take>>) => deliveries.map((each) => each.change.sequence);

describe("Outbox", () => {
  it("tells all in the order in which they came, also to who has waited for them", async () => {
    const { box } = outbox();
    const reader = readerOf(box);
    const waiting = take(reader, 3);
    box.publish([change(A, 1), change(B, 1)]);
    box.publish([]);
    box.publish([change(A, 2)]);
    expect(numbers(await waiting)).toEqual([1, 1, 2]);
  });

  it("EH-8: tells the next reader what was read and not acknowledged, before what is new, and never what was", async () => {
    const { box, acknowledged } = outbox();
    box.publish([1, 2, 3, 4].map((sequence) => change(A, sequence)));
    const first = readerOf(box);
    const [, second] = await take(first, 3);
    await second?.acknowledge();
    expect(acknowledged).toEqual(["arn:a 2"]);
    await first.return?.();
    box.publish([change(A, 5)]);
    expect(numbers(await take(readerOf(box), 3))).toEqual([3, 4, 5]);
  });

  it("EH-8: never tells what was acknowledged, although its reader had left before that was durable", async () => {
    const durable: (() => void)[] = [];
    const box: Outbox = new Outbox(async (taskArn, upTo) => {
      await new Promise<void>((done) => durable.push(done));
      box.forget(taskArn, upTo);
    });
    box.publish([change(A, 1), change(A, 2), change(B, 1), change(A, 3)]);
    const first = readerOf(box);
    const taken = await take(first, 3);
    const acknowledged = taken[1]?.acknowledge();
    await first.return?.();
    durable[0]?.();
    await acknowledged;
    const second = readerOf(box);
    expect((await take(second, 2)).map((each) => each.change)).toEqual([change(B, 1), change(A, 3)]);
    const waiting = take(second, 1);
    box.publish([change(A, 4)]);
    expect(numbers(await waiting)).toEqual([4]);
  });

  it("acknowledges for its own task alone", async () => {
    const { box } = outbox();
    box.publish([change(A, 1), change(B, 1)]);
    const first = readerOf(box);
    const [ofA] = await take(first, 2);
    await ofA?.acknowledge();
    await first.return?.();
    const [again] = await take(readerOf(box), 1);
    expect(again?.change).toEqual(change(B, 1));
  });

  it("loses nothing to a reader that left while it waited", async () => {
    const { box } = outbox();
    const first = readerOf(box);
    const waiting = first.next();
    await first.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    box.publish([change(A, 1)]);
    expect((await first.next()).done).toBe(true);
    expect(numbers(await take(readerOf(box), 1))).toEqual([1]);
  });

  it("has one reader at a time: the second is refused and takes nothing away", async () => {
    const { box } = outbox();
    const first = readerOf(box);
    box.publish([change(A, 1), change(A, 2)]);
    await take(first, 1);
    const second = readerOf(box);
    await expect(second.next()).rejects.toMatchObject({ name: "TaskStateError" });
    expect((await second.next()).done).toBe(true);
    expect(numbers(await take(first, 1))).toEqual([2]);
  });

  it("ends with its readers, those who wait and those who come", async () => {
    const { box } = outbox();
    const reader = readerOf(box);
    const waiting = reader.next();
    box.close();
    expect((await waiting).done).toBe(true);
    box.publish([change(A, 1)]);
    expect((await readerOf(box).next()).done).toBe(true);
  });
});
