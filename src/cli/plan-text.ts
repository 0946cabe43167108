/** A plan as text: numbered stages on the way up and down, each step with its reasons. */
import type { ContainerDefinition, NetworkMode, PortMapping, TaskDefinition } from "../core/definition/types.ts";
import { networkModeOf } from "../core/host-ports.ts";
import type { PlanStep, TaskPlan } from "../core/plan.ts";
import type { Colours } from "./screen.ts";
import { type Shown, show, visible } from "./shown.ts";
import { padText, textWidth } from "./text-width.ts";
import { count } from "./units.ts";

export function planText(definition: TaskDefinition, plan: TaskPlan, colours: Colours): Shown[] {
  const containers = definition.containerDefinitions;
  const width = Math.max(...[...plan.start, ...plan.stop].flat().map((step) => textWidth(visible(labelOf(step)))));
  const mode = networkModeOf(definition);
  return [
    show`${colours.bold(definition.family)}  ${visible(count(containers.length, "container"))}, network mode ${visible(mode)}`,
    show``,
    colours.bold("Start"),
    ...plan.start.flatMap((stage, index) =>
      stage.flatMap((step, at) => startLines(step, at === 0 ? index + 1 : undefined, { width, containers })),
    ),
    show``,
    colours.bold("Stop"),
    ...plan.stop.flatMap((stage, index) =>
      stage.flatMap((step, at) => stopLines(step, at === 0 ? index + 1 : undefined, width)),
    ),
    show``,
    visible(endRule(containers)),
    ...portLines(containers, mode, colours),
    ...plan.unreachable.map((name) =>
      colours.red(`${name} can never start: it waits for a container that waits for it, or that does not exist`),
    ),
  ];
}

type StartLayout = { readonly width: number; readonly containers: readonly ContainerDefinition[] };

function startLines(step: PlanStep, number: number | undefined, { width, containers }: StartLayout): Shown[] {
  const image = containers.find((each) => each.name === step.name)?.image;
  const what = step.kind === "container" ? `image ${image ?? ""}` : (step.detail ?? "");
  const reasons =
    step.reasons.length === 0 && step.kind === "container" ? ["at once"] : step.reasons.map((each) => each.text);
  return stepLines({ number, label: labelOf(step), width }, [what, ...reasons, ...restartLines(step)]);
}

function restartLines({ restart }: PlanStep): string[] {
  if (restart === undefined) return [];
  const { attemptPeriod, ignoredExitCodes: codes } = restart;
  const except = codes.length === 0 ? "" : `, not with exit code ${codes.join(", ")}`;
  return [`started again when it ends after ${attemptPeriod} s or more${except}`];
}

function stopLines(step: PlanStep, number: number | undefined, width: number): Shown[] {
  const layout = { number, label: labelOf(step), width };
  if (step.kind === "resource") return stepLines(layout, [`removed: ${step.detail ?? ""}`]);
  if (step.kind === "pause") return stepLines(layout, ["when all containers have stopped"]);
  const reasons = step.reasons.map((reason) => reason.text);
  const ended = step.normallyEnded === true ? ["has normally ended long before"] : [];
  const kill = step.stopTimeout === undefined ? "" : `, SIGKILL after ${step.stopTimeout} s`;
  const how = `${reasons.length === 0 ? "stop signal at once" : "stop signal"}${kill}`;
  return stepLines(layout, [how, ...reasons, ...ended]);
}

function stepLines(
  { number, label, width }: { readonly number: number | undefined; readonly label: string; readonly width: number },
  texts: readonly string[],
): Shown[] {
  const place = number === undefined ? "    " : `${String(number).padStart(3)}.`;
  const head = `${place} ${padText(visible(label), width)}`;
  return texts.map((text, index) => visible(`${index === 0 ? head : " ".repeat(width + 5)}  ${text}`.trimEnd()));
}

function labelOf(step: PlanStep): string {
  return step.kind === "container" && step.essential ? `${step.name} *` : step.name;
}

function endRule(containers: readonly ContainerDefinition[]): string {
  const essential = containers.filter((each) => each.essential).map((each) => each.name);
  return essential.length === 1
    ? `* essential: the task ends when ${essential[0]} ends`
    : `* essential: the task ends when any of ${essential.join(", ")} ends`;
}

function portLines(containers: readonly ContainerDefinition[], mode: NetworkMode, colours: Colours): Shown[] {
  if (mode === "none") return [];
  const reached = containers.filter(({ disableNetworking }) => disableNetworking !== true);
  const ports = reached.flatMap((each) => each.portMappings.map((port) => [each.name, portText(port, mode)] as const));
  if (ports.length === 0) return [];
  const width = Math.max(...ports.map(([name]) => textWidth(visible(name))));
  const lines = ports.map(([name, text]) => show`  ${padText(visible(name), width)}  ${visible(text)}`);
  return [show``, colours.bold("Ports"), ...lines];
}

/** No more than a run can keep: with awsvpc the number is given only where it is free. */
function portText(port: PortMapping, mode: NetworkMode): string {
  const target = `${port.containerPortRange ?? port.containerPort ?? ""}/${port.protocol}`;
  if (mode === "host") return `the host's own port ${target}`;
  const many = port.containerPortRange !== undefined;
  if (mode === "awsvpc")
    return `host ${many ? "ports" : "port"} ${port.containerPortRange ?? port.containerPort ?? ""} where free, else others -> ${target}`;
  if (many) return `free ports of the host -> ${target}`;
  return `${port.hostPort ? `host port ${port.hostPort}` : "a free port of the host"} -> ${target}`;
}
