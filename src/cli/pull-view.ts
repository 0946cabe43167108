/** Progress of one container's pull, folded from what Docker says of each layer. */
import type { LayerProgress } from "../ports/docker-client.ts";
import type { Glyphs } from "./screen.ts";
import { padText } from "./text-width.ts";
import { formatBytes } from "./units.ts";

export type PullView = ReadonlyMap<string, LayerProgress>;

export const EMPTY_PULL: PullView = new Map();

const FINISHED = new Set(["Pull complete", "Already exists"]);
const FETCHED = new Set([...FINISHED, "Download complete", "Verifying Checksum", "Extracting"]);
/** Docker images have at most 127 layers; more names than this are not layers. */
const MAX_LAYERS = 256;

/** A layer that goes on to another phase keeps the size that was known of it. */
export function applyProgress(view: PullView, progress: LayerProgress): PullView {
  if (!/^[\da-f]{6,64}$/u.test(progress.layer)) return view;
  if (view.size >= MAX_LAYERS && !view.has(progress.layer)) return view;
  const known = view.get(progress.layer);
  const totalBytes = Math.max(progress.totalBytes ?? 0, known?.totalBytes ?? 0);
  const currentBytes = FETCHED.has(progress.status) ? totalBytes : (progress.currentBytes ?? known?.currentBytes ?? 0);
  const extracted = progress.status === "Extracting" ? (progress.currentBytes ?? 0) : currentBytes;
  return new Map(view).set(progress.layer, {
    layer: progress.layer,
    status: progress.status,
    ...(totalBytes > 0 ? { totalBytes, currentBytes: extracted } : {}),
  });
}

/** `3/5 layers, 12.3 of 40.1 MB`. */
export function summarisePull(view: PullView): string {
  const layers = [...view.values()];
  if (layers.length === 0) return "";
  const finished = layers.filter((layer) => FINISHED.has(layer.status)).length;
  const total = layers.reduce((sum, layer) => sum + (layer.totalBytes ?? 0), 0);
  const fetched = layers.reduce(
    (sum, layer) => sum + (FETCHED.has(layer.status) ? (layer.totalBytes ?? 0) : (layer.currentBytes ?? 0)),
    0,
  );
  const bytes = total > 0 ? `, ${formatBytes(fetched)} of ${formatBytes(total)}` : "";
  return `${finished}/${layers.length} layers${bytes}`;
}

/** A line for each layer that moves, at most `limit`, the furthest first; then how many more there are. */
export function layerLines(view: PullView, limit: number, glyphs: Glyphs): string[] {
  const moving = [...view.values()].filter((layer) => layer.status === "Downloading" || layer.status === "Extracting");
  const shown = moving.length > limit ? moving.slice(0, Math.max(0, limit - 1)) : moving;
  const lines = shown.map((layer) => layerLine(layer, glyphs));
  const hidden = moving.length - shown.length;
  return hidden > 0 && limit > 0 ? [...lines, `and ${hidden} more layers`] : lines;
}

const BAR_COLUMNS = 16;

function layerLine(layer: LayerProgress, glyphs: Glyphs): string {
  const { currentBytes = 0, totalBytes = 0 } = layer;
  const share = totalBytes > 0 ? Math.min(1, currentBytes / totalBytes) : 0;
  const full = Math.round(share * BAR_COLUMNS);
  const bar = glyphs.barFull.repeat(full) + glyphs.barEmpty.repeat(BAR_COLUMNS - full);
  const size = totalBytes > 0 ? `${formatBytes(currentBytes)} of ${formatBytes(totalBytes)}` : "";
  return `${layer.layer.slice(0, 12)}  ${padText(layer.status.toLowerCase(), 11)}  ${bar}  ${size}`.trimEnd();
}
