/** Memory and cpu of containers and of the task. Source: interfaces 1.3.2, 1.1. */
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { TASK_CPU_RANGE } from "./sizes.ts";

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

function invalidSetting(label: string, reason: string): string {
  return `Invalid setting for container '${label}'. ${reason}`;
}

function checkMemoryGiven({ container, path, label }: NamedContainer, context: RuleContext): void {
  const { report, isDamaged } = context;
  if (context.task.memory !== undefined || isDamaged("memory")) return;
  if ((container.memory ?? container.memoryReservation) !== undefined) return;
  if (isDamaged(path) || isDamaged(path, "memory") || isDamaged(path, "memoryReservation")) return;
  const message = `Container ${quote(label)} has neither memory nor memoryReservation, and the task has no memory`;
  report("memory-required", path, message, {
    fix: 'Add "memory": MIB to the container, or "memory" to the task',
    awsMessage: invalidSetting(label, "At least one of 'memory' or 'memoryReservation' must be specified."),
  });
}

function checkMemorySize({ container, path, label }: NamedContainer, { report }: RuleContext): void {
  const { cpu = 0, memory = DOCKER_MEMORY_MIN_MIB } = container;
  const fix = `Write at least ${DOCKER_MEMORY_MIN_MIB}`;
  if (cpu < 0) report("cpu-negative", `${path}.cpu`, `${cpu} CPU units cannot be given`, { fix: "Write 0 or more" });
  if (memory < MEMORY_MIN_MIB) {
    const message = `${memory} MiB is less than the ${MEMORY_MIN_MIB} MiB that ECS asks for`;
    const awsMessage = invalidSetting(label, `'memory' must be at least ${MEMORY_MIN_MIB}.`);
    report("memory-too-small", `${path}.memory`, message, { fix, awsMessage });
  } else if (memory < DOCKER_MEMORY_MIN_MIB) {
    const message = `${memory} MiB is less than Docker takes: ${DOCKER_MEMORY_MIN_MIB} MiB is used`;
    report("memory-below-docker-minimum", `${path}.memory`, message, { severity: "warning", fix });
  }
}

function checkMemoryRelations({ container, path, label }: NamedContainer, { taskMemory, report }: RuleContext): void {
  const { memory, memoryReservation } = container;
  if (memory === undefined) return;
  if (memoryReservation !== undefined && memoryReservation > memory) {
    const message = `memoryReservation ${memoryReservation} is more than memory ${memory}`;
    report("reservation-above-memory", `${path}.memoryReservation`, message, {
      fix: `Write at most ${memory}, or raise memory`,
      awsMessage: invalidSetting(label, "The 'memory' setting must be greater than or equal to 'memoryReservation'."),
    });
  }
  if (taskMemory !== undefined && memory > taskMemory) {
    report("memory-above-task", `${path}.memory`, `memory ${memory} is more than the task's ${taskMemory}`, {
      fix: `Write at most ${taskMemory}, or raise the task's memory`,
      awsMessage: `The 'memory' setting for container '${label}' is greater than for the task.`,
    });
  }
}

function checkSums({ containers, taskCpu, taskMemory, report }: RuleContext): void {
  const cpu = containers.reduce((sum, { container }) => sum + (container.cpu ?? 0), 0);
  if (taskCpu !== undefined && cpu > taskCpu) {
    report("cpu-above-task", "cpu", `The containers' cpu adds up to ${cpu}, and the task has ${taskCpu}`, {
      fix: `Raise the task's cpu, or lower the containers' to ${taskCpu} in all`,
      awsMessage: "The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.",
    });
  }
  const reserved = containers.reduce((sum, { container }) => sum + (container.memoryReservation ?? 0), 0);
  if (taskMemory !== undefined && reserved > taskMemory) {
    report(
      "reservations-above-task",
      "memory",
      `The containers' memoryReservation adds up to ${reserved}, and the task has ${taskMemory}`,
      {
        fix: `Raise the task's memory, or lower the reservations to ${taskMemory} in all`,
        awsMessage:
          "The sum of all container 'memoryReservation' values cannot be greater than the value of the task 'memory'.",
      },
    );
  }
}

function checkTaskCpu({ task, taskCpu, fargate, report }: RuleContext): void {
  if (task.cpu === undefined || (fargate && taskCpu !== undefined)) return;
  const { max } = TASK_CPU_RANGE;
  // AWS's own samples without a launch type go below 128, and the service has registered them.
  const isBounded = task.requiresCompatibilities?.some((type) => type === "EC2" || type === "EXTERNAL") ?? false;
  const min = isBounded ? TASK_CPU_RANGE.min : 1;
  if (taskCpu !== undefined && taskCpu >= min && taskCpu <= max) return;
  report(
    "task-cpu-invalid",
    "cpu",
    `The task's cpu ${quote(task.cpu)} is not ${TASK_CPU_RANGE.min} to ${max} CPU units`,
    {
      fix: 'Write CPU units as in "1024", or vCPUs as in "1 vCPU"',
      awsMessage:
        "Invalid 'cpu' setting for task. For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.",
    },
  );
}

function checkTaskMemory({ task, taskMemory, report }: RuleContext): void {
  if (task.memory === undefined || taskMemory !== undefined) return;
  report("task-memory-invalid", "memory", `The task's memory ${quote(task.memory)} cannot be read`, {
    fix: 'Write MiB as in "2048", or GB as in "2GB"',
    awsMessage: "Invalid 'memory' setting for task.",
  });
}
