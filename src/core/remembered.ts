/** For pure functions of texts that come again and again, such as the names of a host's few images. */

/** Enough for the images of a host; beyond it everything is forgotten and begins anew, which costs time only. */
const MOST = 1_000;

/** The same function, which works out each answer once. What it gives out is shared: it must not be changed. */
export function remembered<Result>(answer: (text: string) => Result): (text: string) => Result {
  const answers = new Map<string, Result>();
  return (text) => {
    const known = answers.get(text);
    if (known !== undefined) return known;
    const fresh = answer(text);
    if (answers.size >= MOST) answers.clear();
    answers.set(text, fresh);
    return fresh;
  };
}
