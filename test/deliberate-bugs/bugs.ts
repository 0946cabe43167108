/**
 * Deliberate bugs of core and engine, as changes of one line or two of their source: the simulator has to find each.
 * The text must stand in the file exactly once; when it does not any more, the bug has to be written anew.
 */
export type DeliberateBug = {
  readonly name: string;
  /** Below `src/`. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
  /** What the simulator says of it. */
  readonly breaks: RegExp;
};

export const BUGS: readonly DeliberateBug[] = [
  {
    name: "acts before it saves",
    file: "engine/task-actor.ts",
    find: "if (next.changes.length > 0 || isWorthASave(before, next.task)) {",
    replace: `for (const effect of next.effects.splice(0)) this.#ports.perform(effect, next.task);
        if (next.changes.length > 0 || isWorthASave(before, next.task)) {`,
    breaks: /before the intent is stored/,
  },
  {
    name: "publishes before it saves",
    file: "engine/task-actor.ts",
    find: "if (next.changes.length > 0 || isWorthASave(before, next.task)) {",
    replace: `this.#ports.onState(next.task, next.changes, before);
        if (next.changes.length > 0 || isWorthASave(before, next.task)) {`,
    breaks: /is stored|stored as|is told twice|was ".*" and is now/,
  },
  {
    name: "takes a save that failed for done",
    file: "engine/persistent-store.ts",
    find: "await wait(this.#clock, RETRY_MS, this.#signal);",
    replace: "return;",
    breaks: /stored/,
  },
  {
    name: "does not adopt what stands under its name",
    file: "engine/container-calls.ts",
    find: "if (failure.status !== 409 && !failure.indeterminate) return undefined;",
    replace: "if (failure !== undefined) return undefined;",
    breaks: /failed over its own name/,
  },
  {
    name: "relists look at nothing",
    file: "engine/container-watch.ts",
    find: "if (container.dockerId === undefined || container.removed) return false;",
    replace: "if (container.removed || !container.removed) return false;",
    breaks: /is not noticed|tasks are left/,
  },
  {
    name: "takes a failed look for an exit",
    file: "engine/effect-runner.ts",
    find: 'this.#ports.log.warn("Cannot look at container", {',
    replace: `this.#ports.send(taskArn, { type: "containerObserved", containerName, observation: { kind: "absent" } });
      this.#ports.log.warn("Cannot look at container", {`,
    breaks: /is said to be STOPPED and runs/,
  },
  {
    name: "takes a failed stop for a stop",
    file: "core/machine/fold-result.ts",
    find: "const retry = nextRetry(container, action, failure.error, stopRetryAt, now);",
    replace: `if (failure.indeterminate) {
    container.knownStatus = "STOPPED";
    return;
  }
  const retry = nextRetry(container, action, failure.error, stopRetryAt, now);`,
    breaks: /is said to be STOPPED and runs/,
  },
  {
    name: "loses the outbox over a restart",
    file: "engine/docker-task-engine.ts",
    find: "this.#outbox.publish(changes);\n    this.#admission",
    replace: "this.#admission",
    breaks: /nobody was told|follows|tasks are left/,
  },
  {
    name: "takes in an acknowledgement before it is stored",
    file: "engine/acknowledgements.ts",
    find: "await this.#ports.commit(mutations);",
    replace: `for (const [taskArn, last] of upTo) this.#ports.onSaved(taskArn, last);
    await this.#ports.commit(mutations);`,
    breaks: /is stored still/,
  },
  {
    name: "restarts without a record",
    file: "core/machine/fold-observation.ts",
    find: "count: container.restart.count + 1,",
    replace: "count: container.restart.count,",
    breaks: /are on record/,
  },
  {
    name: "START holds for what was only created",
    file: "core/dependencies.ts",
    find: 'return target.knownStatus === target.steadyStatus || target.knownStatus === "STOPPED" ? HOLDS : WAITS;',
    replace: 'return compareContainerStatus(target.knownStatus, "CREATED") >= 0 ? HOLDS : WAITS;',
    breaks: /is not START/,
  },
  {
    name: "SUCCESS holds for any exit code",
    file: "core/dependencies.ts",
    find: "if (target.exitCode === 0) return HOLDS;",
    replace: "if (target.exitCode !== undefined) return HOLDS;",
    breaks: /is not SUCCESS/,
  },
  {
    name: "HEALTHY holds when UNHEALTHY",
    file: "core/dependencies.ts",
    find: 'return target.health.status === "HEALTHY" ? HOLDS : WAITS;',
    replace: 'return target.health.status !== "UNKNOWN" ? HOLDS : WAITS;',
    breaks: /is not HEALTHY/,
  },
  {
    name: "stops dependencies with their dependants",
    file: "core/machine/decide.ts",
    find: "if (dependants.length > 0 && !container.stopOwed && !task.forceStop) {",
    replace: "if (dependants.length > 99 && !container.stopOwed && !task.forceStop) {",
    breaks: /is stopped while its dependant/,
  },
  {
    name: "gives host resources back when the task begins to stop",
    file: "core/machine/advance.ts",
    find: 'if (task.knownStatus !== "STOPPED" || (given.knownStatus === "STOPPED" && !task.admitted)) return;',
    replace: 'if (task.desiredStatus !== "STOPPED" || (given.desiredStatus === "STOPPED" && !task.admitted)) return;',
    breaks: /is given to|are given to tasks|is promised to two tasks/,
  },
  {
    name: "gives a host port back with the create that leased it",
    file: "engine/container-launcher.ts",
    find: "return { ok: true, dockerId, hostPorts: leases };",
    replace: `hostPorts.release(owner);
      return { ok: true, dockerId, hostPorts: leases };`,
    breaks: /host port .* is given to/,
  },
  {
    name: "lets tasks in without looking at the room",
    file: "engine/host-resource-manager.ts",
    find: "if (shortages(head.need, taken, this.#totals).length > 0) return;",
    replace: "",
    breaks: /are given to tasks|is promised to two tasks/,
  },
  {
    name: "removes volumes before containers",
    file: "core/machine/cleanup.ts",
    find: "if (!draft.task.containers.every(isGone)) return;",
    replace: "",
    breaks: /is removed while in use|containers are left/,
  },
  {
    name: "removes before everybody has been told",
    file: "core/machine/cleanup.ts",
    find: "if (unreported(task) > 0) return;",
    replace: "",
    breaks: /nobody has acknowledged/,
  },
  {
    name: "forgets a create under way",
    file: "core/machine/settle.ts",
    find: 'if (container.inFlight?.action !== "create") container.inFlight = undefined;',
    replace: "container.inFlight = undefined;",
    breaks: /before its task is stored|containers are left/,
  },
  {
    name: "is RUNNING without an essential container",
    file: "core/machine/derive.ts",
    find: "if (earliest.knownStatus === earliest.steadyStatus && essentialStopped) return undefined;",
    replace: "",
    breaks: /becomes RUNNING while its essential container/,
  },
  {
    name: "takes a task in again that it has",
    file: "engine/docker-task-engine.ts",
    find: "if (this.#state.taskByArn(given.arn) !== undefined) {",
    replace: "if (this.#state.taskByArn(given.arn) === null) {",
    breaks: /went back/,
  },
  {
    name: "tells a status again",
    file: "core/machine/report.ts",
    find: "draft.changeContainer(container).emittedStatus = container.knownStatus;",
    replace: "draft.changeContainer(container);",
    breaks: /does not come to an end|is told twice/,
  },
  {
    name: "logs the environment",
    file: "engine/container-launcher.ts",
    find: "const facts = { imageEnv, secrets, environmentFiles: files, logOptions };",
    replace: `this.#ports.log.debug("Environment of the container", { secrets });
    const facts = { imageEnv, secrets, environmentFiles: files, logOptions };`,
    breaks: /in the log/,
  },
  {
    name: "saves the environment",
    file: "engine/container-launcher.ts",
    find: "return { ok: true, dockerId, hostPorts: leases };",
    replace: `const secrets = { ...facts.secrets, containerPort: 0, hostPort: 0, protocol: "tcp" };
      return { ok: true, dockerId, hostPorts: [...leases, secrets] };`,
    breaks: /in a putTask/,
  },
  {
    name: "leaves the relist of an engine that is gone",
    file: "engine/container-watch.ts",
    find: `if (this.#ports.signal.aborted) return;
    const at = asEpochMs(this.#ports.clock.now() + this.#ports.relistIntervalMs);
    const cancel = this.#ports.clock.schedule(at, () => {
      this.#ports.signal.removeEventListener("abort", cancel);
      void this.relist();
      this.#scheduleRelist();
    });
    this.#ports.signal.addEventListener("abort", cancel, { once: true });`,
    replace: `const at = asEpochMs(this.#ports.clock.now() + this.#ports.relistIntervalMs);
    this.#ports.clock.schedule(at, () => {
      void this.relist();
      this.#scheduleRelist();
    });`,
    breaks: /timers are left/,
  },
];
