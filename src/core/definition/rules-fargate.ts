/** What Fargate asks for and does not have. Source: interfaces 1.3.2, 1.2; AWS's page on task definition differences for Fargate. */
import type { AwsText } from "./aws-texts.ts";
import { aws } from "./aws-texts.ts";
import type { Change, Fix } from "./fix.ts";
import { add, addLike, because, hint, remove, setIn, together, write, writeBetween } from "./fix.ts";
import { childPath, quote } from "./problem.ts";
import type { NamedContainer, RuleContext } from "./rule-context.ts";
import { hasEntries, present } from "./rule-context.ts";
import { fargateMemorySizes, fargateSizeFor } from "./sizes.ts";

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

/** The smallest task of Fargate that has room for the containers, and for what the task says already. */
function roomFor({ containers, taskCpu = 0, taskMemory = 0 }: RuleContext) {
  const sum = (member: "cpu" | "memoryReservation") =>
    containers.reduce((total, { container }) => total + (container[member] ?? 0), 0);
  const largest = Math.max(0, ...containers.map(({ container }) => container.memory ?? 0));
  return fargateSizeFor(Math.max(sum("cpu"), taskCpu), Math.max(sum("memoryReservation"), largest, taskMemory));
}

function checkSize(context: RuleContext): void {
  const { task, taskCpu, taskMemory, report, isDamaged } = context;
  const room = roomFor(context);
  for (const member of ["cpu", "memory"] as const) {
    if (task[member] !== undefined || isDamaged(member)) continue;
    report(`fargate-${member}-required`, member, `Fargate needs ${member} at the task`, {
      fix: room === undefined ? hint(`Add ${member}`) : sizeFix(room, context, member),
      awsMessage: aws.fargateRequires(member),
    });
  }
  if (taskCpu === undefined || taskMemory === undefined) return;
  const sizes = fargateMemorySizes(taskCpu);
  if (sizes.includes(taskMemory)) return;
  const at = sizes.length === 0 ? "cpu" : "memory";
  report("fargate-size", at, `Fargate has no task of ${taskCpu} CPU units and ${taskMemory} MiB`, {
    fix: room === undefined ? hint("Ask for less: Fargate has no task as large") : sizeFix(room, context, at),
    awsMessage: aws.fargateSize(taskCpu, taskMemory),
  });
}

/** Both members, when one alone would not be a pair. */
function sizeFix(
  room: { readonly cpu: number; readonly memory: number },
  { task, taskCpu, taskMemory }: RuleContext,
  at: "cpu" | "memory",
): Fix {
  const [other, now] = at === "cpu" ? (["memory", taskMemory] as const) : (["cpu", taskCpu] as const);
  const own = task[at] === undefined ? add(at, String(room[at])) : write(at, String(room[at]));
  const isFine = now === room[other];
  // What is missing, or cannot be read, has a finding of its own.
  return isFine || now === undefined ? own : together(own, setIn(other, String(room[other]), "the task"));
}

function checkNetworkMode({ networkMode, containers, report }: RuleContext): void {
  if (networkMode === "awsvpc" || networkMode === undefined) return;
  report("fargate-network-mode", "networkMode", `Fargate has network mode awsvpc only, and this is ${networkMode}`, {
    fix: awsvpcFix(containers),
    awsMessage: aws.fargateNetworkMode(),
  });
}

/** With what that mode does not have. */
function awsvpcFix(containers: readonly NamedContainer[]): Fix {
  const members = ["links", "hostname", "extraHosts", "dnsServers", "dnsSearchDomains", "disableNetworking"] as const;
  const gone = containers.flatMap(({ container, path }) => [
    ...members.filter((member) => container[member] !== undefined).map((member) => `${path}.${member}`),
    ...(container.portMappings ?? []).flatMap(({ hostPort }, index) =>
      hostPort === undefined ? [] : [`${path}.portMappings[${index}].hostPort`],
    ),
  ]);
  const changes = [
    { op: "set", path: "networkMode", value: "awsvpc" },
    ...gone.map((path) => ({ op: "remove", path }) as const),
  ] as const satisfies readonly Change[];
  const text = write("networkMode", "awsvpc").text;
  return { text: gone.length === 0 ? text : `${text}, without host ports, links and name servers`, ways: [changes] };
}

/** No role is assumed here, so that its absence keeps nothing from running. */
function checkExecutionRole({ task, containers, report, isDamaged }: RuleContext): void {
  if (present(task.executionRoleArn) !== undefined || isDamaged("executionRoleArn")) return;
  const fix = addLike("executionRoleArn", "ecsTaskExecutionRole");
  if (containers.some(({ container }) => ECR_IMAGE.test(container.image ?? ""))) {
    report("fargate-execution-role-image", "executionRoleArn", "Fargate needs an execution role to pull from ECR", {
      fix,
      awsMessage: aws.fargateRole("ECR images"),
    });
  }
  if (containers.some(({ container }) => container.logConfiguration?.logDriver === "awslogs")) {
    report(
      "fargate-execution-role-logs",
      "executionRoleArn",
      "Fargate needs an execution role for the log driver awslogs",
      {
        fix,
        awsMessage: aws.fargateRole("log driver awslogs"),
      },
    );
  }
}

function checkTask({ task, report }: RuleContext): void {
  if (hasEntries(task.placementConstraints)) {
    report("fargate-placement-constraints", "placementConstraints", "Fargate has no placement constraints", {
      fix: remove("placementConstraints", "Remove them"),
      awsMessage: aws.fargateMember("constraints"),
    });
  }
  if (task.pidMode === "host") {
    report("fargate-pid-mode", "pidMode", "Fargate has no pidMode host", {
      fix: write("pidMode", "task"),
      awsMessage: aws.fargatePidMode(),
    });
  }
  if (task.ipcMode !== undefined) unsupported("ipcMode", "ipcMode", report, aws.fargateMember("ipcMode"));
}

function unsupported(member: string, path: string, report: RuleContext["report"], awsMessage?: AwsText): void {
  report("fargate-unsupported", path, `Fargate does not have ${member}`, { fix: remove(path), awsMessage });
}

function checkContainer({ container, path }: NamedContainer, { report }: RuleContext): void {
  if (container.privileged === true) unsupported("privileged", `${path}.privileged`, report, aws.fargatePrivileged());
  if (hasEntries(container.dockerSecurityOptions))
    unsupported(
      "dockerSecurityOptions",
      `${path}.dockerSecurityOptions`,
      report,
      aws.fargateMember("dockerSecurityOptions"),
    );
  if (container.resourceRequirements?.some(({ type }) => type === "GPU") ?? false)
    unsupported("GPU", `${path}.resourceRequirements`, report, aws.fargateGpu());
  checkLinuxParameters(container.linuxParameters, `${path}.linuxParameters`, report);
  if (container.firelensConfiguration?.options?.["config-file-type"] !== "s3") return;
  const options = `${path}.firelensConfiguration.options`;
  report(
    "fargate-firelens-file",
    childPath(options, "config-file-type"),
    "Fargate reads no FireLens configuration from s3",
    {
      fix: because(write(childPath(options, "config-file-type"), "file"), "the file stands in the router's image"),
      awsMessage: aws.fargateFirelensFile(),
    },
  );
}

type Linux = NamedContainer["container"]["linuxParameters"];

function checkLinuxParameters(linux: Linux, at: string, report: RuleContext["report"]): void {
  if (linux === undefined) return;
  if (hasEntries(linux.devices)) unsupported("devices", `${at}.devices`, report, aws.fargateMember("devices"));
  if (linux.sharedMemorySize !== undefined)
    unsupported("sharedMemorySize", `${at}.sharedMemorySize`, report, aws.fargateMember("sharedMemorySize"));
  if (linux.maxSwap !== undefined) unsupported("maxSwap", `${at}.maxSwap`, report, aws.fargateMember("maxSwap"));
  if (linux.swappiness !== undefined) unsupported("swappiness", `${at}.swappiness`, report);
  if (hasEntries(linux.tmpfs)) unsupported("tmpfs", `${at}.tmpfs`, report);
  for (const [index, capability] of (linux.capabilities?.add ?? []).entries()) {
    if (capability === "SYS_PTRACE") continue;
    const path = `${at}.capabilities.add[${index}]`;
    report("fargate-capabilities", path, `Fargate does not add the capability ${quote(capability)}`, {
      fix: because(remove(path), "Fargate adds SYS_PTRACE only"),
      awsMessage: aws.fargateCapability(capability),
    });
  }
}

function checkLogs({ container, path }: NamedContainer, { report }: RuleContext): void {
  const logs = container.logConfiguration;
  if (logs?.logDriver !== "awslogs" || present(logs.options?.["awslogs-stream-prefix"]) !== undefined) return;
  const options = `${path}.logConfiguration.options`;
  report("fargate-stream-prefix", options, "Fargate needs the option awslogs-stream-prefix", {
    fix: addLike(childPath(options, "awslogs-stream-prefix"), "ecs"),
    awsMessage: aws.fargateStreamPrefix(),
  });
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
        fix: because(
          writeBetween(`${path}.${member}`, TIMEOUT_MIN_S, TIMEOUT_MAX_S),
          `Berth itself honours ${seconds} s`,
        ),
      },
    );
  }
}

function checkVolumes({ volumes, report }: RuleContext): void {
  for (const { volume, path } of volumes) {
    if (present(volume.host?.sourcePath) !== undefined)
      unsupported("host.sourcePath", `${path}.host.sourcePath`, report, aws.fargateMember("sourcePath"));
    if (volume.dockerVolumeConfiguration !== undefined)
      unsupported(
        "dockerVolumeConfiguration",
        `${path}.dockerVolumeConfiguration`,
        report,
        aws.fargateMember("dockerVolumeConfiguration"),
      );
  }
}
