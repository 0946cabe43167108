import { describe, expect, it } from "vitest";
import type { LayerProgress } from "../ports/docker-client.ts";
import { applyProgress, EMPTY_PULL, layerLines, summarisePull } from "./pull-view.ts";
import { ASCII_GLYPHS } from "./screen.ts";

const fold = (...progress: readonly LayerProgress[]) => progress.reduce(applyProgress, EMPTY_PULL);
const layer = (name: string, status: string, currentBytes?: number, totalBytes?: number): LayerProgress => ({
  layer: name,
  status,
  ...(currentBytes === undefined ? {} : { currentBytes }),
  ...(totalBytes === undefined ? {} : { totalBytes }),
});

describe("applyProgress()", () => {
  it("passes over what is no layer", () => {
    expect(fold(layer("latest", "Pulling from library/nginx"), layer("", "Digest: sha256:1")).size).toBe(0);
  });

  it("keeps the size of a layer over its phases", () => {
    const view = fold(layer("a3ed95caeb02", "Downloading", 3, 10), layer("a3ed95caeb02", "Download complete"));
    expect(view.get("a3ed95caeb02")).toEqual(layer("a3ed95caeb02", "Download complete", 10, 10));
  });

  it("holds no more layers than an image can have", () => {
    const many = Array.from({ length: 1_000 }, (_, index) => layer((0xabc000 + index).toString(16), "Waiting"));
    expect(fold(...many).size).toBe(256);
  });
});

describe("summarisePull()", () => {
  it("counts layers and bytes", () => {
    const view = fold(
      layer("aaaaaaaaaaaa", "Already exists"),
      layer("bbbbbbbbbbbb", "Downloading", 2_000_000, 8_000_000),
      layer("cccccccccccc", "Downloading", 1_000_000, 4_000_000),
      layer("cccccccccccc", "Extracting", 500_000, 4_000_000),
    );
    expect(summarisePull(view)).toBe("1/3 layers, 6.0 MB of 12.0 MB");
    expect(summarisePull(EMPTY_PULL)).toBe("");
  });
});

describe("layerLines()", () => {
  const view = fold(
    layer("aaaaaaaaaaaa", "Downloading", 5_000_000, 10_000_000),
    layer("bbbbbbbbbbbb", "Waiting"),
    layer("cccccccccccc", "Downloading", 1, 2),
    layer("dddddddddddd", "Downloading", 1, 2),
  );

  it("draws a bar for each layer that moves", () => {
    expect(layerLines(view, 5, ASCII_GLYPHS)[0]).toBe("aaaaaaaaaaaa  downloading  ########........  5.0 MB of 10.0 MB");
  });

  it("says how many more there are", () => {
    expect(layerLines(view, 2, ASCII_GLYPHS)).toHaveLength(2);
    expect(layerLines(view, 2, ASCII_GLYPHS)[1]).toBe("and 2 more layers");
    expect(layerLines(view, 0, ASCII_GLYPHS)).toEqual([]);
  });
});
