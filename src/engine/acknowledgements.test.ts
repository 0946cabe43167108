import { describe, expect, it } from "vitest";
import { asTaskArn } from "../core/brand.ts";
import type { Mutation } from "../ports/state-store.ts";
import { Acknowledgements } from "./acknowledgements.ts";

const A = asTaskArn("arn:aws:ecs:us-east-1:123456789012:task/default/a");
const B = asTaskArn("arn:aws:ecs:us-east-1:123456789012:task/default/b");

/** A disk that answers when it is told to. */
class SlowDisk {
  readonly commits: (readonly Mutation[])[] = [];
  readonly saved: string[] = [];
  readonly #answers: { readonly resolve: () => void; readonly reject: (error: Error) => void }[] = [];

  readonly acknowledgements = new Acknowledgements({
    commit: (mutations) =>
      new Promise((resolve, reject) => {
        this.commits.push(mutations);
        this.#answers.push({ resolve, reject });
      }),
    onSaved: (taskArn, upTo) => this.saved.push(`${taskArn.slice(-1)} ${upTo}`),
  });

  async answer(error?: Error): Promise<void> {
    const answer = this.#answers.shift();
    if (error === undefined) answer?.resolve();
    else answer?.reject(error);
    await settled();
  }
}

/** All that follows at once has been done. */
async function settled(): Promise<void> {
  await new Promise(setImmediate);
}

describe("Acknowledgements", () => {
  it("gathers what comes during a save, and saves the newest of each task in one commit", async () => {
    const disk = new SlowDisk();
    const all = [disk.acknowledgements.acknowledge(A, 1)];
    await settled();
    for (const [arn, upTo] of [
      [A, 2],
      [B, 1],
      [A, 4],
      [A, 3],
    ] as const) {
      all.push(disk.acknowledgements.acknowledge(arn, upTo));
    }
    await settled();
    expect(disk.commits).toHaveLength(1);
    await disk.answer();
    expect(disk.commits[1]).toEqual([
      { type: "acknowledge", taskArn: A, upTo: 4 },
      { type: "acknowledge", taskArn: B, upTo: 1 },
    ]);
    expect(disk.saved).toEqual(["a 1"]);
    await disk.answer();
    await Promise.all(all);
    expect(disk.saved).toEqual(["a 1", "a 4", "b 1"]);
  });

  it("resolves none before its own save, and lets those after a failed one go on", async () => {
    const disk = new SlowDisk();
    const first = disk.acknowledgements.acknowledge(A, 1);
    await settled();
    const second = disk.acknowledgements.acknowledge(A, 2);
    const refused = expect(first).rejects.toThrow("disk is gone");
    await disk.answer(new Error("disk is gone"));
    await refused;
    expect(disk.saved).toEqual([]);
    await disk.answer();
    await second;
    expect(disk.saved).toEqual(["a 2"]);
  });
});
