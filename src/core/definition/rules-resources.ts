/** Memory and cpu of containers and of the task. Source: interfaces 1.3.2, 1.1. */
import { aws } from "./aws-texts.ts";
import type { Fix } from "./fix.ts";
import { add, because, either, hint, setIn, together, write, writeAtLeast } from "./fix.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { fargateSizeFor, TASK_CPU_RANGE } from "./sizes.ts";

const MEMORY_MIN_MIB = 4;
const DOCKER_MEMORY_MIN_MIB = 6;

export function checkResources(context: RuleContext): void {
  for (const entry of context.containers) {
    checkMemoryGiven(entry, context);
    checkMemorySize(entry, context);
    checkMemoryRelations(entry, context);
  }
  checkSums(context);
  checkTaskCpu(context);
  checkTaskMemory(context);
}

function checkMemoryGiven({ container, path, label }: NamedContainer, context: RuleContext): void {
  const { report, isDamaged } = context;
  if (context.task.memory !== undefined || isDamaged("memory")) return;
  if ((container.memory ?? container.memoryReservation) !== undefined) return;
  if (isDamaged(path) || isDamaged(path, "memory") || isDamaged(path, "memoryReservation")) return;
  const message = `Container ${quote(label)} has neither memory nor memoryReservation, and the task has no memory`;
  report("memory-required", path, message, {
    fix: because(add(`${path}.memory`, 256, "the container"), "MiB; or memory to the task"),
    awsMessage: aws.memoryRequired(label),
  });
}

function checkMemorySize({ container, path }: NamedContainer, { report }: RuleContext): void {
  const { cpu = 0, memory = DOCKER_MEMORY_MIN_MIB } = container;
  const fix = writeAtLeast(`${path}.memory`, Math.max(DOCKER_MEMORY_MIN_MIB, container.memoryReservation ?? 0));
  if (cpu < 0)
    report("cpu-negative", `${path}.cpu`, `${cpu} CPU units cannot be given`, { fix: writeAtLeast(`${path}.cpu`, 0) });
  if (memory < MEMORY_MIN_MIB) {
    const message = `${memory} MiB is less than the ${MEMORY_MIN_MIB} MiB that ECS asks for`;
    report("memory-too-small", `${path}.memory`, message, { fix });
  } else if (memory < DOCKER_MEMORY_MIN_MIB) {
    const message = `${memory} MiB is less than Docker takes: ${DOCKER_MEMORY_MIN_MIB} MiB is used`;
    report("memory-below-docker-minimum", `${path}.memory`, message, { severity: "warning", fix });
  }
}

function checkMemoryRelations({ container, path, label }: NamedContainer, { taskMemory, report }: RuleContext): void {
  const { memory, memoryReservation } = container;
  if (memory === undefined) return;
  const hard = `${path}.memory`;
  const soft = `${path}.memoryReservation`;
  if (memoryReservation !== undefined && memoryReservation > memory) {
    const message = `memoryReservation ${memoryReservation} is more than memory ${memory}`;
    const lower = write(soft, memory);
    const isRoom = taskMemory === undefined || memoryReservation <= taskMemory;
    report("reservation-above-memory", soft, message, {
      fix: isRoom ? either(lower, setIn(hard, memoryReservation, quote(label))) : lower,
    });
  }
  if (taskMemory === undefined || memory <= taskMemory) return;
  const lower = write(hard, taskMemory);
  const isBelow = memoryReservation === undefined || memoryReservation <= taskMemory;
  report("memory-above-task", hard, `memory ${memory} is more than the task's ${taskMemory}`, {
    fix: isBelow ? lower : together(lower, setIn(soft, taskMemory, quote(label))),
    awsMessage: aws.memoryAboveTask(label),
  });
}

function sumOf(context: RuleContext, member: "cpu" | "memoryReservation"): number {
  return context.containers.reduce((sum, { container }) => sum + Math.max(0, container[member] ?? 0), 0);
}

/** Memory that the task must have at least. */
function memoryFloor(context: RuleContext): number {
  const largest = Math.max(0, ...context.containers.map(({ container }) => container.memory ?? 0));
  return Math.max(largest, sumOf(context, "memoryReservation"));
}

function checkSums(context: RuleContext): void {
  const { taskCpu, taskMemory, report } = context;
  const cpu = sumOf(context, "cpu");
  if (taskCpu !== undefined && cpu > taskCpu) {
    report("cpu-above-task", "cpu", `The containers' cpu adds up to ${cpu}, and the task has ${taskCpu}`, {
      fix: sizeFix(context),
      awsMessage: aws.cpuSum(),
    });
  }
  const reserved = sumOf(context, "memoryReservation");
  if (taskMemory !== undefined && reserved > taskMemory) {
    report(
      "reservations-above-task",
      "memory",
      `The containers' memoryReservation adds up to ${reserved}, and the task has ${taskMemory}`,
      { fix: sizeFix(context), awsMessage: aws.reservationSum() },
    );
  }
}

/** A size of the task in which its containers have room: on Fargate one that Fargate has. */
export function sizeFix(context: RuleContext): Fix {
  const cpu = Math.max(sumOf(context, "cpu"), context.taskCpu ?? 0);
  const memory = Math.max(memoryFloor(context), context.taskMemory ?? 0);
  if (context.fargate) {
    const size = fargateSizeFor(cpu, memory);
    if (size === undefined) return hint("Lower what the containers ask for: Fargate has no task as large");
    return together(sized("cpu", size.cpu, context.taskCpu), sized("memory", size.memory, context.taskMemory));
  }
  const isLarge = cpu > TASK_CPU_RANGE.max;
  if (isLarge) return hint(`Lower the containers' cpu to ${TASK_CPU_RANGE.max} in all`);
  if (cpu > (context.taskCpu ?? 0) && context.taskCpu !== undefined) {
    const raise = sized("cpu", Math.max(cpu, TASK_CPU_RANGE.min), context.taskCpu);
    return memory === context.taskMemory || context.taskMemory === undefined
      ? raise
      : together(raise, sized("memory", memory, context.taskMemory));
  }
  return sized("memory", memory, context.taskMemory);
}

/** Names the member, because the finding may stand at the other one. */
function sized(member: "cpu" | "memory", size: number, now: number | undefined): Fix {
  return size === now ? { text: `Keep ${member} ${size}`, ways: [[]] } : setIn(member, String(size), "the task");
}

function checkTaskCpu(context: RuleContext): void {
  const { task, taskCpu, fargate, report } = context;
  if (task.cpu === undefined || (fargate && taskCpu !== undefined)) return;
  const { max } = TASK_CPU_RANGE;
  // AWS's own samples without a launch type go below 128, and the service has registered them.
  const isBounded = task.requiresCompatibilities?.some((type) => type === "EC2" || type === "EXTERNAL") ?? false;
  const min = isBounded ? TASK_CPU_RANGE.min : 1;
  if (taskCpu !== undefined && taskCpu >= min && taskCpu <= max) return;
  const needed = Math.min(Math.max(sumOf(context, "cpu"), TASK_CPU_RANGE.min), max);
  const size = fargate ? fargateSizeFor(needed, Math.max(memoryFloor(context), context.taskMemory ?? 0)) : undefined;
  report(
    "task-cpu-invalid",
    "cpu",
    `The task's cpu ${quote(task.cpu)} is not ${TASK_CPU_RANGE.min} to ${max} CPU units`,
    {
      fix: because(write("cpu", String(size?.cpu ?? needed)), 'CPU units as a string; "1 vCPU" are "1024"'),
      awsMessage: aws.taskCpu(),
    },
  );
}

function checkTaskMemory(context: RuleContext): void {
  const { task, taskMemory, fargate, taskCpu, report } = context;
  if (task.memory === undefined || taskMemory !== undefined) return;
  const floor = Math.max(memoryFloor(context), 512);
  const size = fargate ? fargateSizeFor(taskCpu ?? 0, floor)?.memory : floor;
  report("task-memory-invalid", "memory", `The task's memory ${quote(task.memory)} cannot be read`, {
    fix: because(write("memory", String(size ?? floor)), 'MiB as a string; "2GB" are "2048"'),
  });
}
