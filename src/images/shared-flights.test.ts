import { describe, expect, it } from "vitest";
import { SharedFlights } from "./shared-flights.ts";

type Layer = { readonly id: string; readonly part: number };

/** Flights whose work ends when the test says so, and which notes its end and its signal. */
function airport() {
  const flights = new SharedFlights<string, Layer>(({ id }) => id);
  const works: {
    signal: AbortSignal;
    tell: (layer: Layer) => void;
    end: (text: string) => void;
    fail: (e: Error) => void;
  }[] = [];
  const work = (signal: AbortSignal, tell: (layer: Layer) => void) =>
    new Promise<string>((end, fail) => works.push({ signal, tell, end, fail }));
  const join = (key: string, controller = new AbortController(), onProgress?: (layer: Layer) => void) =>
    flights.join(key, { signal: controller.signal, onProgress }, work);
  return { flights, works, join };
}

describe("SharedFlights", () => {
  it("gives all who come in time the same work and its result, and begins another after it", async () => {
    const { flights, works, join } = airport();
    const both = [join("a"), join("a")];
    const other = join("b");
    expect([works.length, flights.size]).toEqual([2, 2]);
    works[0]?.end("landed");
    works[1]?.fail(new Error("lost"));
    expect(await Promise.all(both)).toEqual(["landed", "landed"]);
    await expect(other).rejects.toThrow("lost");
    expect(flights.size).toBe(0);
    void join("a");
    expect(works).toHaveLength(3);
  });

  it("lets one go without the others, and is cancelled by the last", async () => {
    const { works, join } = airport();
    const [first, second] = [new AbortController(), new AbortController()];
    const [one, two] = [join("a", first), join("a", second)];
    const ends = Promise.allSettled([one, two]);
    first.abort("one is stopped");
    await expect(one).rejects.toBe("one is stopped");
    expect(works[0]?.signal.aborted).toBe(false);
    second.abort("two is stopped");
    await expect(two).rejects.toBe("two is stopped");
    expect(works[0]?.signal.aborted).toBe(true);
    await ends;
  });

  it("lets nobody join work that is being cancelled: who comes then gets work of their own", async () => {
    const { flights, works, join } = airport();
    const first = new AbortController();
    const given = join("a", first).catch((error: unknown) => error);
    first.abort("stopped");
    const late = join("a");
    expect(works).toHaveLength(2);
    works[0]?.fail(new Error("cancelled"));
    expect(await given).toBe("stopped");
    expect(flights.size).toBe(1);
    works[1]?.end("landed");
    expect(await late).toBe("landed");
  });

  it("refuses who has gone already, and begins nothing", async () => {
    const { works, join } = airport();
    const gone = new AbortController();
    gone.abort("gone");
    await expect(join("a", gone)).rejects.toBe("gone");
    expect(works).toEqual([]);
  });

  it("tells all, and late comers the last of each part", async () => {
    const { works, join } = airport();
    const told: string[] = [];
    const note = (who: string) => (layer: Layer) => told.push(`${who} ${layer.id} ${layer.part}`);
    void join("a", new AbortController(), note("first"));
    works[0]?.tell({ id: "x", part: 1 });
    works[0]?.tell({ id: "x", part: 2 });
    works[0]?.tell({ id: "y", part: 1 });
    void join("a", new AbortController(), note("late"));
    works[0]?.tell({ id: "y", part: 2 });
    expect(told).toEqual(["first x 1", "first x 2", "first y 1", "late x 2", "late y 1", "first y 2", "late y 2"]);
  });

  it("keeps the progress of as many parts as an image may have, and of no more", async () => {
    const { works, join } = airport();
    void join("a");
    for (let part = 0; part < 300; part += 1) works[0]?.tell({ id: `layer ${part}`, part });
    const told: string[] = [];
    void join("a", new AbortController(), ({ id }) => told.push(id));
    expect([told.length, told.at(-1)]).toEqual([256, "layer 255"]);
  });
});
