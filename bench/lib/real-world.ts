/** A real daemon, by DOCKER_HOST, and its client with a stopwatch. */
import { createDockerClient } from "../../src/docker/index.ts";
import type { DockerClient, DockerEvent, FeedItem } from "../../src/ports/docker-client.ts";

export const TEST_IMAGE = "berth-test/busybox:latest";

/** @throws {Error} without DOCKER_HOST */
export function realClient(): DockerClient {
  const endpoint = process.env.DOCKER_HOST;
  if (endpoint === undefined) throw new Error("Cannot find Docker: DOCKER_HOST is not set");
  return createDockerClient({ endpoint });
}

export type Interval = { readonly from: number; readonly to: number };
export type TimedCall = Interval & { readonly operation: string; readonly subject: string };
export type TimedEvent = { readonly at: number; readonly event: DockerEvent };

/** What happened at the port: when each call was made and answered, and when each event came in. */
export class Stopwatch {
  readonly calls: TimedCall[] = [];
  readonly events: TimedEvent[] = [];
  readonly client: DockerClient;

  constructor(inner: DockerClient) {
    this.client = new Proxy(inner, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== "function") return member;
        if (name === "events") return (request: Parameters<DockerClient["events"]>[0]) => this.#watch(target, request);
        if (name === "logs" || name === "stats" || name === "close") return member.bind(target);
        return (...args: readonly unknown[]) => this.#time(String(name), args, member.bind(target));
      },
    });
  }

  reset(): void {
    this.calls.length = 0;
    this.events.length = 0;
  }

  async #time(operation: string, args: readonly unknown[], call: (...args: readonly unknown[]) => unknown) {
    const from = performance.now();
    try {
      return await call(...args);
    } finally {
      this.calls.push({ operation, subject: subjectOf(args[0]), from, to: performance.now() });
    }
  }

  async *#watch(inner: DockerClient, request: Parameters<DockerClient["events"]>[0]): AsyncIterable<FeedItem> {
    for await (const item of inner.events(request)) {
      if (item.type === "event") this.events.push({ at: performance.now(), event: item.event });
      yield item;
    }
  }
}

function subjectOf(argument: unknown): string {
  if (typeof argument === "string") return argument;
  if (typeof argument !== "object" || argument === null || !("body" in argument)) return "";
  const { body } = argument;
  return typeof body === "object" && body !== null && "Image" in body ? String(body.Image) : "";
}

/** How long at least one of the intervals lasted, between two instants. */
export function covered(intervals: readonly Interval[], { from, to }: Interval): number {
  let [sum, reached] = [0, from];
  for (const each of intervals.toSorted((a, b) => a.from - b.from)) {
    const begin = Math.max(each.from, reached);
    const end = Math.min(each.to, to);
    if (end <= begin) continue;
    sum += end - begin;
    reached = end;
  }
  return sum;
}
