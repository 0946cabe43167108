/** Looks for a deliberate bug with seed after seed, in a thread of its own: some bugs never come to an end. */
import { rmSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { DeliberateBug } from "./bugs.ts";
import { bundleSimulator } from "./bundle.ts";

export type Find = {
  readonly seed: number;
  readonly profile: string;
  readonly violation: string;
};

type Report = {
  readonly seed: number;
  readonly profile: string;
  readonly violation?: string;
  readonly isLast?: boolean;
};

/** What one seed may take of real time; it usually takes some milliseconds. */
const SEED_LIMIT_MS = 20_000;
const ENDLESS = "the simulation does not come to an end";

const DRIVER = `
  const { parentPort, workerData } = require("node:worker_threads");
  import(workerData.url).then(async ({ simulate, drawPlan, profileFor }) => {
    for (let seed = 1; seed <= workerData.maxSeeds; seed += 1) {
      const profile = profileFor(seed);
      parentPort.postMessage({ seed, profile });
      const { violation } = await simulate(drawPlan(seed, profile));
      parentPort.postMessage({ seed, profile, violation, isLast: seed === workerData.maxSeeds });
    }
  });
`;

/** @param maxSeeds each seed has its profile; `undefined` when none of them breaks what the bug breaks */
export async function hunt(bug: DeliberateBug, maxSeeds: number): Promise<Find | undefined> {
  const file = await bundleSimulator(bug);
  const url = pathToFileURL(file).href;
  const worker = new Worker(DRIVER, { eval: true, workerData: { url, maxSeeds } });
  try {
    return await firstFind(worker, bug);
  } finally {
    await worker.terminate();
    rmSync(file);
  }
}

function firstFind(worker: Worker, bug: DeliberateBug): Promise<Find | undefined> {
  return new Promise((resolve, reject) => {
    let watch: NodeJS.Timeout | undefined;
    const offer = (seed: number, profile: string, text: string) => {
      const violation = text.split("\n")[0] ?? text;
      if (bug.breaks.test(violation)) resolve({ seed, profile, violation });
    };
    worker.on("error", reject);
    worker.on("message", ({ seed, profile, violation, isLast }: Report) => {
      clearTimeout(watch);
      if (violation !== undefined) offer(seed, profile, violation);
      if (isLast === true) return resolve(undefined);
      watch = setTimeout(() => {
        offer(seed, profile, ENDLESS);
        resolve(undefined);
      }, SEED_LIMIT_MS);
      watch.unref();
    });
  });
}
