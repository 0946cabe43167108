/** Health checks as Docker makes them. Source: appendix D of engine-behaviour; HEALTH-*. */
import { asEpochMs, type EpochMs } from "../../core/brand.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CreateBody } from "../../ports/docker-client.ts";
import type { HealthScript, ProbeResult } from "./behaviour.ts";
import type { ImageConfig } from "./image-store.ts";

export type HealthState = {
  status: "starting" | "healthy" | "unhealthy";
  failingStreak: number;
  /** The last five results. */
  log: { readonly at: EpochMs; readonly endedAt: EpochMs; readonly exitCode: number; readonly output: string }[];
};
export type HealthPlan = {
  readonly test: readonly string[];
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly startPeriodMs: number;
};
export type MonitorHooks = {
  readonly clock: Clock;
  readonly attempt: number;
  /** The words `exec_create`, `exec_start`, `exec_die` of the probe's events. */
  readonly probed: (action: "exec_create" | "exec_start" | "exec_die", exitCode?: number) => void;
  readonly changed: (status: "healthy" | "unhealthy") => void;
};

const LOG_LENGTH = 5;
const NS_PER_MS = 1_000_000;
const DEFAULT_PLAN = { intervalMs: 30_000, timeoutMs: 30_000, retries: 3, startPeriodMs: 0 };
/** Docker's word for a probe that did not end in time. */
const TIMED_OUT = -1;

/** What is to be checked, or nothing: a request's check beats the image's, member by member. */
export function healthPlanOf(
  body: CreateBody["Healthcheck"],
  image: ImageConfig["healthCheck"],
): HealthPlan | undefined {
  const test = body?.Test !== undefined && body.Test.length > 0 ? body.Test : (image?.test ?? []);
  if (test.length === 0 || test[0] === "NONE") return undefined;
  return {
    test,
    intervalMs: positive(body?.Interval) ?? image?.intervalMs ?? DEFAULT_PLAN.intervalMs,
    timeoutMs: positive(body?.Timeout) ?? image?.timeoutMs ?? DEFAULT_PLAN.timeoutMs,
    retries: body?.Retries || (image?.retries ?? DEFAULT_PLAN.retries),
    startPeriodMs: positive(body?.StartPeriod) ?? image?.startPeriodMs ?? DEFAULT_PLAN.startPeriodMs,
  };
}

/** Probes one run of a container: first after an interval, then an interval after each result. */
export class HealthMonitor {
  readonly state: HealthState = { status: "starting", failingStreak: 0, log: [] };
  readonly #plan: HealthPlan;
  readonly #script: HealthScript;
  readonly #hooks: MonitorHooks;
  readonly #startedAt: EpochMs;
  #probes = 0;
  #stopped = false;
  #cancel: () => void = () => undefined;

  constructor(plan: HealthPlan, script: HealthScript, hooks: MonitorHooks) {
    this.#plan = plan;
    this.#script = script;
    this.#hooks = hooks;
    this.#startedAt = hooks.clock.now();
    this.#wait(plan.intervalMs, () => this.#probe());
  }

  /** A container that does not run counts as unhealthy, without an event: so says Docker. */
  stop(): void {
    this.#stopped = true;
    this.#cancel();
    this.state.status = "unhealthy";
  }

  /** After a pause: unhealthy, as it counted meanwhile, until a check says otherwise. */
  resume(): void {
    if (!this.#stopped) return;
    this.#stopped = false;
    this.#wait(this.#plan.intervalMs, () => this.#probe());
  }

  #wait(ms: number, then: () => void): void {
    if (this.#stopped) return;
    const { clock } = this.#hooks;
    this.#cancel = clock.schedule(asEpochMs(clock.now() + ms), then);
  }

  #probe(): void {
    const { clock, attempt, probed } = this.#hooks;
    const at = clock.now();
    const { test, timeoutMs } = this.#plan;
    const result = this.#script({ number: ++this.#probes, attempt, runningMs: at - this.#startedAt, test });
    probed("exec_create");
    probed("exec_start");
    const tookMs = result.tookMs ?? 0;
    const ended = tookMs > timeoutMs ? timedOut(timeoutMs) : result;
    const waitMs = Math.min(tookMs, timeoutMs);
    if (waitMs === 0) this.#record(ended, at);
    else this.#wait(waitMs, () => this.#record(ended, at));
  }

  #record(result: ProbeResult, at: EpochMs): void {
    this.#hooks.probed("exec_die", result.exitCode);
    const entry = { at, endedAt: this.#hooks.clock.now(), exitCode: result.exitCode, output: result.output ?? "" };
    this.state.log = [...this.state.log, entry].slice(-LOG_LENGTH);
    if (result.exitCode === 0) this.#pass();
    else this.#fail(at);
    this.#wait(this.#plan.intervalMs, () => this.#probe());
  }

  #pass(): void {
    this.state.failingStreak = 0;
    this.#become("healthy");
  }

  /** Failures in the start period do not count, unless the container has been healthy already. */
  #fail(at: EpochMs): void {
    const starting = this.state.status === "starting";
    if (starting && at - this.#startedAt < this.#plan.startPeriodMs) return;
    this.state.failingStreak++;
    if (this.state.failingStreak >= this.#plan.retries) this.#become("unhealthy");
  }

  #become(status: "healthy" | "unhealthy"): void {
    if (this.state.status === status) return;
    this.state.status = status;
    this.#hooks.changed(status);
  }
}

function timedOut(timeoutMs: number): ProbeResult {
  return { exitCode: TIMED_OUT, output: `Health check exceeded timeout (${timeoutMs / 1_000}s)` };
}

function positive(nanoseconds: number | undefined): number | undefined {
  return nanoseconds === undefined || nanoseconds <= 0 ? undefined : nanoseconds / NS_PER_MS;
}
