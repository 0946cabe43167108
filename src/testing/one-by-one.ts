/** Of what comes several at a time, each by itself: for tests that look at the lines of a log one after the other. */
export async function* oneByOne<Item>(batches: AsyncIterable<readonly Item[]>): AsyncGenerator<Item> {
  for await (const batch of batches) yield* batch;
}
