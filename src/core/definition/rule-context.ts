/** What every cross-field rule gets to see. */
import { TASK_DEFAULTS } from "./defaults.ts";
import type { Report } from "./problem.ts";
import { parseTaskCpu, parseTaskMemory } from "./sizes.ts";
import type { NetworkMode } from "./types.ts";
import type { WireContainer, WireTask, WireVolume } from "./wire.ts";

export type NamedContainer = {
  readonly container: WireContainer;
  readonly path: string;
  /** The name, or `#2` for a container without one. */
  readonly label: string;
};

export type RuleContext = {
  readonly task: WireTask;
  readonly containers: readonly NamedContainer[];
  readonly byName: ReadonlyMap<string, WireContainer>;
  readonly volumes: readonly { readonly volume: WireVolume; readonly path: string }[];
  /** `bridge` when none is given; undefined when what is given cannot be read. */
  readonly networkMode: NetworkMode | undefined;
  readonly fargate: boolean;
  readonly windows: boolean;
  /** CPU units; undefined when absent or unreadable. */
  readonly taskCpu: number | undefined;
  /** MiB; undefined when absent, unreadable or 0. */
  readonly taskMemory: number | undefined;
  readonly report: Report;
  /** Was the value at this path (or its member) taken out because of its type? Then it is wrong, but not missing. */
  readonly isDamaged: (path: string, member?: string) => boolean;
};

export type RuleCheck = (context: RuleContext) => void;

export function ruleContext(task: WireTask, damaged: ReadonlySet<string>, report: Report): RuleContext {
  const containers = (task.containerDefinitions ?? []).map((container, index) => ({
    container,
    path: `containerDefinitions[${index}]`,
    label: present(container.name) ?? `#${index + 1}`,
  }));
  const byName = new Map<string, WireContainer>();
  for (const { container } of containers) if (container.name !== undefined) byName.set(container.name, container);
  return {
    task,
    containers,
    byName,
    volumes: (task.volumes ?? []).map((volume, index) => ({ volume, path: `volumes[${index}]` })),
    networkMode: damaged.has("networkMode") ? undefined : (task.networkMode ?? TASK_DEFAULTS.networkMode.value),
    fargate: task.requiresCompatibilities?.includes("FARGATE") ?? false,
    windows: task.runtimePlatform?.operatingSystemFamily?.startsWith("WINDOWS") ?? false,
    taskCpu: task.cpu === undefined ? undefined : parseTaskCpu(task.cpu),
    taskMemory: task.memory === undefined ? undefined : parseTaskMemory(task.memory) || undefined,
    report,
    isDamaged: (path, member) => damaged.size > 0 && damaged.has(member === undefined ? path : `${path}.${member}`),
  };
}

/** Undefined for an empty string as well: many tools write "" for what is not there. */
export function present(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

export function hasEntries(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > 0;
}
