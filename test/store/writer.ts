/**
 * Writes commits as fast as they become durable and tells each one that did: `open`, then the number of each commit. A
 * commit puts a change, the task's row, a counter and a large value, and acknowledges all but the last ten changes.
 * Arguments: folder, number of the first commit.
 */
import { asTaskArn } from "../../src/core/brand.ts";
import { DiskStateStore } from "../../src/store/index.ts";
import { aTask } from "../../src/testing/builders.ts";
import { aChange, TASK_A } from "./rows.ts";

const WRITERS = 8;
/** Fills a segment every ten commits or so, so that kills meet the beginning of segments and the end of old ones. */
const LARGE = "large ".repeat(16_000);

const [folder = "", first = "1"] = process.argv.slice(2);
const store = await DiskStateStore.open({ folder });
process.stdout.write("open\n");
let next = Number(first);

async function write(): Promise<never> {
  for (;;) {
    const number = next++;
    await store.commit([
      { type: "putTask", task: aTask({ arn: TASK_A, nextChange: number + 1 }) },
      { type: "putChange", change: aChange(TASK_A, number) },
      { type: "acknowledge", taskArn: asTaskArn(TASK_A), upTo: number - 10 },
      { type: "putMeta", key: "last", value: String(number) },
      { type: "putMeta", key: "large", value: LARGE },
    ]);
    process.stdout.write(`${number}\n`);
  }
}

await Promise.all(Array.from({ length: WRITERS }, write));
