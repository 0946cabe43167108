import { describe, expect, it } from "vitest";
import { PullGate } from "./pull-gate.ts";

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
}

/** A gate of one place, and who has got in, in that order. */
function gate(limit = 1) {
  const pulls = new PullGate(limit);
  const admitted: string[] = [];
  const ends = new Map<string, () => void>();
  const run = (task: string, name: string, signal = new AbortController().signal) =>
    pulls.run(task, signal, () => {
      admitted.push(name);
      return new Promise<void>((end) => ends.set(name, end));
    });
  const end = async (name: string) => {
    ends.get(name)?.();
    await turns();
  };
  return { pulls, admitted, run, end };
}

describe("PullGate", () => {
  it("gives a place to the oldest task that waits, and within it to who came first", async () => {
    const { pulls, admitted, run, end } = gate();
    void run("a", "a1");
    void run("b", "b1");
    void run("a", "a2");
    void run("a", "a3");
    await turns();
    expect([admitted, pulls.waiting]).toEqual([["a1"], 3]);
    for (const name of ["a1", "a2", "a3"]) await end(name);
    expect([admitted, pulls.waiting]).toEqual([["a1", "a2", "a3", "b1"], 0]);
  });

  it("gives no place to who has gone while waiting: the next one has it", async () => {
    const { pulls, admitted, run, end } = gate();
    const gone = new AbortController();
    void run("a", "a1");
    const waits = run("b", "b1", gone.signal);
    void run("c", "c1");
    gone.abort("stopped");
    await expect(waits).rejects.toBe("stopped");
    expect(pulls.waiting).toBe(1);
    await end("a1");
    expect(admitted).toEqual(["a1", "c1"]);
    await end("c1");
    void run("d", "d1");
    await turns();
    expect(admitted.at(-1)).toBe("d1");
  });

  it("takes out who has gone, and nobody in its stead, whoever came before and after", async () => {
    const { admitted, run, end } = gate();
    const gone = new AbortController();
    void run("a", "a1");
    void run("b", "b1");
    const waits = run("c", "c1", gone.signal).catch(() => undefined);
    void run("d", "d1");
    gone.abort("stopped");
    await waits;
    await end("a1");
    await end("b1");
    expect(admitted).toEqual(["a1", "b1", "d1"]);
  });

  it("does not begin what has been stopped before, and counts nothing for it", async () => {
    const { admitted, run } = gate();
    const gone = new AbortController();
    gone.abort("stopped");
    await expect(run("a", "a1", gone.signal)).rejects.toBe("stopped");
    void run("b", "b1");
    await turns();
    expect(admitted).toEqual(["b1"]);
  });

  it("gives the place on when the work fails, and holds as many as the limit, one at least", async () => {
    const pulls = new PullGate(0);
    const signal = new AbortController().signal;
    await expect(pulls.run("a", signal, () => Promise.reject(new Error("no route")))).rejects.toThrow("no route");
    expect(await pulls.run("a", signal, async () => "pulled")).toBe("pulled");
    const { admitted, run } = gate(2);
    for (const name of ["a1", "b1", "c1"]) void run(name, name);
    await turns();
    expect(admitted).toEqual(["a1", "b1"]);
  });

  it("forgets when a task came once none of its pulls is left: it queues behind who came since", async () => {
    const { admitted, run, end } = gate();
    void run("a", "a1");
    await turns();
    await end("a1");
    void run("b", "b1");
    void run("c", "c1");
    void run("a", "a2");
    await turns();
    await end("b1");
    expect(admitted).toEqual(["a1", "b1", "c1"]);
    await end("c1");
    expect(admitted.at(-1)).toBe("a2");
  });
});
