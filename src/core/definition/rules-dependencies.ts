/** Start order: dependsOn, and the graph that it makes with links and volumesFrom. Source: interfaces 1.3.2, engine-modern 5.2. */
import { linkTarget } from "../task-dependencies.ts";
import { aws } from "./aws-texts.ts";
import { add, either, type Fix, remove, setIn } from "./fix.ts";
import { nameFix } from "./nearest.ts";
import type { Report } from "./problem.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { hasEntries } from "./rule-context.ts";
import type { WireContainer } from "./wire.ts";

export function checkDependencies(context: RuleContext): void {
  for (const entry of context.containers) {
    for (const [index, dependency] of (entry.container.dependsOn ?? []).entries()) {
      checkDependency(dependency, `${entry.path}.dependsOn[${index}]`, entry, context);
    }
  }
  checkCycles(context);
}

type WireDependency = { readonly containerName?: string | undefined; readonly condition?: string | undefined };

function checkDependency(
  dependency: WireDependency,
  at: string,
  { label }: NamedContainer,
  { byName, containers, report, isDamaged }: RuleContext,
): void {
  const name = dependency.containerName;
  if (name === undefined || isDamaged(at)) return;
  const target = containers.find((each) => each.container.name === name);
  if (target === undefined) {
    report("depends-on-unknown", `${at}.containerName`, `The task has no container ${quote(name)}`, {
      fix: nameFix(
        { path: `${at}.containerName`, word: name, entry: at },
        [...byName.keys()].filter((each) => each !== label),
      ),
      awsMessage: aws.dependsOnUnknown(name),
    });
    return;
  }
  const waitsForExit = dependency.condition === "SUCCESS" || dependency.condition === "COMPLETE";
  if (waitsForExit && target.container.essential !== false) {
    report(
      "depends-on-essential",
      `${at}.condition`,
      `${dependency.condition} waits for the end of ${quote(name)}, and that container is essential`,
      { fix: notEssential(target, containers, `${at}.condition`), awsMessage: aws.dependsOnEssential() },
    );
  }
  if (dependency.condition === "HEALTHY") checkHealthy(target, at, report);
}

/** A task needs one essential container: the last of them stays. */
function notEssential(target: NamedContainer, containers: readonly NamedContainer[], condition: string): Fix {
  const others = containers.filter((each) => each !== target && each.container.essential !== false);
  const wait = setIn(condition, "START", "this dependency");
  return others.length === 0 ? wait : setIn(`${target.path}.essential`, false, quote(target.label));
}

function checkHealthy({ container, path, label }: NamedContainer, at: string, report: Report): void {
  const command = container.healthCheck?.command;
  if (hasEntries(command) && command?.[0] !== "NONE") return;
  const isOff = command?.[0] === "NONE";
  const check = { command: ["CMD-SHELL", "exit 0"] };
  const member = isOff
    ? setIn(`${path}.healthCheck.command`, check.command, quote(label))
    : add(`${path}.healthCheck`, { ...container.healthCheck, ...check }, quote(label));
  report(
    "depends-on-health-check",
    `${at}.condition`,
    `HEALTHY waits for ${quote(label)}, and ${isOff ? "its health check is switched off" : "that container has no health check"}`,
    {
      fix: either(
        { ...member, text: `${member.text} with a command that tells health, as a check of the image does not count` },
        setIn(`${at}.condition`, "START", "this dependency"),
      ),
      awsMessage: isOff ? undefined : aws.dependsOnHealthy(),
    },
  );
}

type EdgeKind = "dependsOn" | "links" | "volumesFrom";
type Edge = { readonly to: string; readonly kind: EdgeKind };
type Graph = ReadonlyMap<string, readonly Edge[]>;

function graphOf({ containers, byName }: RuleContext): Graph {
  const graph = new Map<string, readonly Edge[]>();
  for (const { container } of containers) {
    if (container.name === undefined) continue;
    graph.set(
      container.name,
      edgesOf(container).filter(({ to }) => byName.has(to)),
    );
  }
  return graph;
}

function edgesOf({ dependsOn, links, volumesFrom }: WireContainer): Edge[] {
  const edges: Edge[] = [];
  for (const { containerName } of dependsOn ?? []) edges.push({ to: containerName ?? "", kind: "dependsOn" });
  for (const link of links ?? []) edges.push({ to: linkTarget(link), kind: "links" });
  for (const { sourceContainer } of volumesFrom ?? []) edges.push({ to: sourceContainer ?? "", kind: "volumesFrom" });
  return edges;
}

type Step = { readonly name: string; readonly via: EdgeKind; next: number };

/** More circles than this help nobody, and a dense graph has more of them than fit into memory. */
const CYCLES_MAX = 20;
/** Ways to cut one circle that are offered. */
const CUTS_MAX = 3;
/** Names of one circle that are printed. */
const SHOWN_MAX = 12;

/** Depth first without recursion: a hostile file may chain any number of containers. */
function findCycles(graph: Graph): Step[][] {
  const cycles: Step[][] = [];
  const done = new Set<string>();
  for (const [start, edges] of graph) {
    if (edges.length === 0 || done.has(start)) continue;
    const trail: Step[] = [{ name: start, via: "dependsOn", next: 0 }];
    const onTrail = new Map([[start, 0]]);
    for (let step = trail.at(-1); step !== undefined; step = trail.at(-1)) {
      const edge = graph.get(step.name)?.[step.next];
      step.next += 1;
      if (edge === undefined) {
        done.add(step.name);
        onTrail.delete(step.name);
        trail.pop();
        continue;
      }
      const seenAt = onTrail.get(edge.to);
      if (seenAt !== undefined && cycles.length < CYCLES_MAX) {
        cycles.push([...trail.slice(seenAt), { name: edge.to, via: edge.kind, next: 0 }]);
      }
      if (seenAt !== undefined || done.has(edge.to)) continue;
      onTrail.set(edge.to, trail.length);
      trail.push({ name: edge.to, via: edge.kind, next: 0 });
    }
  }
  return cycles;
}

function describeCycle(cycle: readonly Step[]): string {
  const names = cycle.map(({ name }) => name);
  const shown = names.length > SHOWN_MAX ? [...names.slice(0, SHOWN_MAX - 2), "…", ...names.slice(-1)] : names;
  return shown.join(" -> ");
}

function checkCycles(context: RuleContext): void {
  const cycles = findCycles(graphOf(context));
  if (cycles.length === 0) return;
  const pathOf = new Map(context.containers.map(({ container, path }) => [container.name, path]));
  for (const cycle of cycles) {
    const names = describeCycle(cycle);
    // The first step was entered from outside the circle, so only the later ones tell how it hangs together.
    const isOnlyLinks = cycle.slice(1).every(({ via }) => via === "links");
    const path = `${pathOf.get(cycle[0]?.name) ?? "containerDefinitions"}.${isOnlyLinks ? "links" : cycle[1]?.via}`;
    context.report(isOnlyLinks ? "links-cycle" : "dependency-cycle", path, `The start order has a cycle: ${names}`, {
      fix: cutFix(cycle, context),
      awsMessage: isOnlyLinks ? aws.linksCycle() : undefined,
    });
  }
}

/** Removes any one of the circle's entries; from the last one on, so that the order that was written first stays. */
function cutFix(cycle: readonly Step[], { containers }: RuleContext): Fix | undefined {
  const cuts = cycle.slice(1).flatMap((step, index) => {
    const from = containers.find(({ container }) => container.name === cycle[index]?.name);
    const entries = from === undefined ? [] : entryPaths(from, step);
    const [only] = entries;
    // Several entries for one edge would all have to go.
    return only === undefined || entries.length > 1 ? [] : [remove(only, `Remove ${only}`)];
  });
  const [first, ...others] = cuts.slice(-CUTS_MAX).reverse();
  return first === undefined ? undefined : either(first, ...others);
}

function entryPaths({ container, path }: NamedContainer, { name, via }: Step): string[] {
  const targets = {
    dependsOn: (container.dependsOn ?? []).map(({ containerName }) => containerName),
    links: (container.links ?? []).map(linkTarget),
    volumesFrom: (container.volumesFrom ?? []).map(({ sourceContainer }) => sourceContainer),
  };
  const all = Object.entries(targets).flatMap(([member, list]) =>
    list.flatMap((target, index) => (target === name ? [{ member, at: `${path}.${member}[${index}]` }] : [])),
  );
  return all.some(({ member }) => member !== via) ? [] : all.map(({ at }) => at);
}
