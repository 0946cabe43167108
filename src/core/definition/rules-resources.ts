/** Memory and cpu of containers and of the task. Source: interfaces 1.3.2, 1.1. */
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { TASK_CPU_RANGE } from "./sizes.ts";

const MEMORY_MIN_MIB = 4;
const DOCKER_MEMORY_MIN_MIB = 6;

export function checkResources(context: RuleContext): void {
  for (const entry of context.containers) checkContainerMemory(entry, context);
  checkSums(context);
  checkTaskCpu(context);
  checkTaskMemory(context);
}

function checkContainerMemory({ container, path, label }: NamedContainer, context: RuleContext): void {
  const { report, isDamaged } = context;
  const { memory, memoryReservation } = container;
  const quoted = `Invalid setting for container '${label}'.`;
  const taskHasMemory = context.task.memory !== undefined || isDamaged("memory");
  const given = memory ?? memoryReservation;
  const unreadable = isDamaged(path) || isDamaged(`${path}.memory`) || isDamaged(`${path}.memoryReservation`);
  if (given === undefined && !taskHasMemory && !unreadable) {
    report(
      "memory-required",
      path,
      `Container ${quote(label)} has neither memory nor memoryReservation, and the task has no memory`,
      {
        fix: 'Add "memory": MIB to the container, or "memory" to the task',
        awsMessage: `${quoted} At least one of 'memory' or 'memoryReservation' must be specified.`,
      },
    );
  }
  if ((container.cpu ?? 0) < 0)
    report("cpu-negative", `${path}.cpu`, `${container.cpu} CPU units cannot be given`, { fix: "Write 0 or more" });
  if (memory !== undefined && memory < MEMORY_MIN_MIB) {
    report(
      "memory-too-small",
      `${path}.memory`,
      `${memory} MiB is less than the ${MEMORY_MIN_MIB} MiB that ECS asks for`,
      {
        fix: `Write at least ${DOCKER_MEMORY_MIN_MIB}`,
        awsMessage: `${quoted} 'memory' must be at least ${MEMORY_MIN_MIB}.`,
      },
    );
  } else if (memory !== undefined && memory < DOCKER_MEMORY_MIN_MIB) {
    report(
      "memory-below-docker-minimum",
      `${path}.memory`,
      `${memory} MiB is less than Docker takes: ${DOCKER_MEMORY_MIN_MIB} MiB is used`,
      {
        severity: "warning",
        fix: `Write at least ${DOCKER_MEMORY_MIN_MIB}`,
      },
    );
  }
  if (memory !== undefined && memoryReservation !== undefined && memoryReservation > memory) {
    report(
      "reservation-above-memory",
      `${path}.memoryReservation`,
      `memoryReservation ${memoryReservation} is more than memory ${memory}`,
      {
        fix: `Write at most ${memory}, or raise memory`,
        awsMessage: `${quoted} The 'memory' setting must be greater than or equal to 'memoryReservation'.`,
      },
    );
  }
  if (memory !== undefined && context.taskMemory !== undefined && memory > context.taskMemory) {
    report("memory-above-task", `${path}.memory`, `memory ${memory} is more than the task's ${context.taskMemory}`, {
      fix: `Write at most ${context.taskMemory}, or raise the task's memory`,
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
  if (task.memory === undefined || (taskMemory !== undefined && taskMemory > 0)) return;
  report("task-memory-invalid", "memory", `The task's memory ${quote(task.memory)} cannot be read`, {
    fix: 'Write MiB as in "2048", or GB as in "2GB"',
    awsMessage: "Invalid 'memory' setting for task.",
  });
}
