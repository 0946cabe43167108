/** What Fargate asks for and does not have. Source: interfaces 1.3.2, 1.2. */
import type { Report } from "./problem.ts";
import { quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { hasEntries, present } from "./rule-context.ts";
import { FARGATE_CPU_SIZES, fargateMemorySizes } from "./sizes.ts";

const ECR_IMAGE = /\.dkr\.ecr[.-]/;
const TIMEOUT_MIN_S = 2;
const TIMEOUT_MAX_S = 120;

export function checkFargate(context: RuleContext): void {
  if (!context.fargate) return;
  checkSize(context);
  checkNetworkMode(context);
  checkExecutionRole(context);
  checkTask(context);
  for (const entry of context.containers) {
    checkContainer(entry, context);
    checkLogs(entry, context);
    checkTimeouts(entry, context);
  }
  checkVolumes(context);
}

function checkSize({ task, taskCpu, taskMemory, report, isDamaged }: RuleContext): void {
  for (const member of ["cpu", "memory"] as const) {
    if (task[member] !== undefined || isDamaged(member)) continue;
    report(`fargate-${member}-required`, member, `Fargate needs ${member} at the task`, {
      fix: member === "cpu" ? 'Add "cpu": "256"' : 'Add "memory": "512"',
      awsMessage: `Fargate requires that '${member}' be defined at the task level.`,
    });
  }
  if (taskCpu === undefined || taskMemory === undefined) return;
  checkFargatePair(taskCpu, taskMemory, report);
}

/** Also used for the task sizes of an override. */
function checkFargatePair(cpuUnits: number, memoryMiB: number, report: Report): void {
  const sizes = fargateMemorySizes(cpuUnits);
  if (sizes.includes(memoryMiB)) return;
  const fix =
    sizes.length === 0
      ? `Write a cpu of ${FARGATE_CPU_SIZES.join(", ")}`
      : `Write a memory of ${sizes.length > 4 ? `${sizes[0]}, ${sizes[1]} … ${sizes.at(-1)}` : sizes.join(", ")}`;
  report(
    "fargate-size",
    sizes.length === 0 ? "cpu" : "memory",
    `Fargate has no task of ${cpuUnits} CPU units and ${memoryMiB} MiB`,
    {
      fix,
      awsMessage: `No Fargate configuration exists for given values: ${cpuUnits} CPU , ${memoryMiB} memory. See the Amazon ECS documentation for the valid values.`,
    },
  );
}

function checkNetworkMode({ networkMode, report }: RuleContext): void {
  if (networkMode === "awsvpc" || networkMode === undefined) return;
  report("fargate-network-mode", "networkMode", `Fargate has network mode awsvpc only, and this is ${networkMode}`, {
    fix: 'Write "networkMode": "awsvpc", or take FARGATE out of requiresCompatibilities',
    awsMessage: "Fargate only supports network mode 'awsvpc'.",
  });
}

function checkExecutionRole({ task, containers, report, isDamaged }: RuleContext): void {
  if (present(task.executionRoleArn) !== undefined || isDamaged("executionRoleArn")) return;
  const fix = 'Add "executionRoleArn": "ecsTaskExecutionRole"';
  if (containers.some(({ container }) => ECR_IMAGE.test(container.image ?? ""))) {
    report("fargate-execution-role-image", "executionRoleArn", "Fargate needs an execution role to pull from ECR", {
      fix,
      awsMessage: "Fargate requires task definition to have execution role ARN to support ECR images.",
    });
  }
  if (containers.some(({ container }) => container.logConfiguration?.logDriver === "awslogs")) {
    report(
      "fargate-execution-role-logs",
      "executionRoleArn",
      "Fargate needs an execution role for the log driver awslogs",
      {
        fix,
        awsMessage: "Fargate requires task definition to have execution role ARN to support log driver awslogs.",
      },
    );
  }
}

function checkTask({ task, report }: RuleContext): void {
  if (hasEntries(task.placementConstraints)) {
    report("fargate-placement-constraints", "placementConstraints", "Fargate has no placement constraints", {
      fix: "Remove them",
      awsMessage: "Fargate does not support task placement constraints.",
    });
  }
  if (task.pidMode === "host") {
    report("fargate-pid-mode", "pidMode", "Fargate has no pidMode host", {
      fix: 'Write "task", or leave it out',
      awsMessage:
        "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.",
    });
  }
}

function unsupported(member: string, path: string, report: Report): void {
  report("fargate-unsupported", path, `Fargate does not have ${member}`, {
    fix: "Remove it, or take FARGATE out of requiresCompatibilities",
    awsMessage: `Fargate does not support ${member}.`,
  });
}

function checkContainer({ container, path }: NamedContainer, { report }: RuleContext): void {
  const linux = container.linuxParameters;
  if (container.privileged === true) unsupported("privileged", `${path}.privileged`, report);
  if (hasEntries(linux?.devices)) unsupported("devices", `${path}.linuxParameters.devices`, report);
  if (linux?.sharedMemorySize !== undefined)
    unsupported("sharedMemorySize", `${path}.linuxParameters.sharedMemorySize`, report);
  if (hasEntries(container.dockerSecurityOptions))
    unsupported("dockerSecurityOptions", `${path}.dockerSecurityOptions`, report);
  if (container.resourceRequirements?.some(({ type }) => type === "GPU") ?? false) {
    unsupported("GPU", `${path}.resourceRequirements`, report);
  }
  for (const [index, capability] of (linux?.capabilities?.add ?? []).entries()) {
    if (capability === "SYS_PTRACE") continue;
    report(
      "fargate-capabilities",
      `${path}.linuxParameters.capabilities.add[${index}]`,
      `Fargate does not add the capability ${quote(capability)}`,
      {
        fix: "Remove it: Fargate adds SYS_PTRACE only",
      },
    );
  }
  if (container.firelensConfiguration?.options?.["config-file-type"] !== "s3") return;
  report(
    "fargate-firelens-file",
    `${path}.firelensConfiguration.options["config-file-type"]`,
    "Fargate reads no FireLens configuration from s3",
    {
      fix: 'Put the file into the image and write "file"',
      awsMessage: "Fargate launch type does not support FirelensConfiguration config file from 's3'",
    },
  );
}

function checkLogs({ container, path }: NamedContainer, { report }: RuleContext): void {
  const logs = container.logConfiguration;
  if (logs?.logDriver !== "awslogs" || present(logs.options?.["awslogs-stream-prefix"]) !== undefined) return;
  report(
    "fargate-stream-prefix",
    `${path}.logConfiguration.options`,
    "Fargate needs the option awslogs-stream-prefix",
    {
      fix: 'Add "awslogs-stream-prefix": "PREFIX"',
      awsMessage: "Log driver awslogs requires options: awslogs-stream-prefix",
    },
  );
}

function checkTimeouts({ container, path }: NamedContainer, { report }: RuleContext): void {
  for (const member of ["startTimeout", "stopTimeout"] as const) {
    const seconds = container[member];
    if (seconds === undefined || (seconds >= TIMEOUT_MIN_S && seconds <= TIMEOUT_MAX_S)) continue;
    report(
      "fargate-timeouts",
      `${path}.${member}`,
      `Fargate keeps ${member} between ${TIMEOUT_MIN_S} and ${TIMEOUT_MAX_S} s, and this is ${seconds} s`,
      {
        severity: "warning",
        fix: `Write ${TIMEOUT_MIN_S} to ${TIMEOUT_MAX_S}; Berth itself honours ${seconds} s`,
      },
    );
  }
}

function checkVolumes({ volumes, report }: RuleContext): void {
  for (const { volume, path } of volumes) {
    if (present(volume.host?.sourcePath) !== undefined)
      unsupported("host.sourcePath", `${path}.host.sourcePath`, report);
    if (volume.dockerVolumeConfiguration !== undefined)
      unsupported("dockerVolumeConfiguration", `${path}.dockerVolumeConfiguration`, report);
  }
}
